const PATTERN = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-[0-9a-f]{12}$/;

/** `20260131T080000000Z-d5548916058d`. Ids sort by time. Times beyond the year 9999 have no id. */
export function generationId(takenAtMs: number, contentDigest: string): string {
  return `${new Date(takenAtMs).toISOString().replace(/[-:.]/g, '')}-${contentDigest.slice(0, 12)}`;
}

/** Milliseconds since the Unix epoch in an id, or undefined when the text is no id. */
export function takenAtMsInId(id: string): number | undefined {
  const [, year, month, day, hour, minute, second, ms] = PATTERN.exec(id) ?? [];
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
  return Number.isNaN(time) ? undefined : time;
}
