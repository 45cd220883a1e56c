// Asks the node that `npm start` runs: node examples/ask.mjs
import { Oso } from 'oso-cloud';

const oso = new Oso('http://localhost:8080', 'e_example_1_anybodymayreadthis');
const user = { type: 'User', id: 'user-3' };
const repository = { type: 'Repository', id: 'org-0/repo-3' };

console.log('may push:', await oso.authorize(user, 'push', repository));
console.log('may do:', await oso.actions(user, repository));
console.log('may push to:', await oso.list(user, 'push', 'Repository'));
