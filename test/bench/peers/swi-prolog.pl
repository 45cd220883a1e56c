% The rules of GITHUB_POLICY over asserted facts. Ids name their type, so types are left out.
%   swipl -O swi-prolog.pl -- FACTS QUESTIONS SECONDS COMPARED
% prints one JSON line: decisions a second of processor time for questions whose ids come as text (`rate`) and as atoms
% (`atomRate`), resident kilobytes, and the first answers as 0 and 1.
:- initialization(main, main).

:- dynamic has_role/3, has_relation/3, question/3.

organization_role(User, member, Organization) :- has_role(User, member, Organization).
organization_role(User, member, Organization) :- organization_role(User, admin, Organization).
organization_role(User, admin, Organization) :- has_role(User, admin, Organization).

repository_role(User, Role, Repository) :- has_role(User, Role, Repository).
repository_role(User, reader, Repository) :-
    has_relation(Repository, organization, Organization), organization_role(User, member, Organization).
repository_role(User, admin, Repository) :-
    has_relation(Repository, organization, Organization), organization_role(User, admin, Organization).
repository_role(User, maintainer, Repository) :- repository_role(User, admin, Repository).
repository_role(User, editor, Repository) :- repository_role(User, maintainer, Repository).
repository_role(User, reader, Repository) :- repository_role(User, editor, Repository).

allow('Repository', read, User, Repository) :- repository_role(User, reader, Repository).
allow('Repository', write, User, Repository) :- repository_role(User, editor, Repository).
allow('Repository', manage, User, Repository) :- repository_role(User, maintainer, Repository).
allow('Repository', delete, User, Repository) :- repository_role(User, admin, Repository).
allow('Issue', read, User, Issue) :- has_relation(Issue, repository, R), repository_role(User, reader, R).
allow('Issue', comment, User, Issue) :- has_relation(Issue, repository, R), repository_role(User, reader, R).
allow('Issue', close, User, Issue) :- has_relation(Issue, repository, R), repository_role(User, editor, R).
allow('Issue', close, User, Issue) :- has_relation(Issue, creator, User).

main([Facts, QuestionFile, SecondsText, ComparedText]) :-
    load_files([Facts], [silent(true)]),
    atom_number(SecondsText, Seconds),
    atom_number(ComparedText, Compared),
    read_terms(QuestionFile, Questions),
    length(First, Compared),
    append(First, _, Questions),
    maplist(bit, First, Bits),
    rate(decide, Questions, Seconds, AtomRate),
    maplist(as_text, Questions, Texts),
    rate(decide_text, Texts, Seconds, Rate),
    resident(Kilobytes),
    atomic_list_concat(Bits, Answers),
    format('{"rate":~f,"atomRate":~f,"residentKilobytes":~d,"answers":"~w"}~n', [Rate, AtomRate, Kilobytes, Answers]).

rate(Decide, Questions, Seconds, Rate) :-
    Start is cputime,
    rounds(Decide, Questions, Start, Seconds, 0, Asked),
    Rate is Asked / (cputime - Start).

read_terms(File, Terms) :- setup_call_cleanup(open(File, read, In), read_all(In, Terms), close(In)).
read_all(In, Terms) :-
    read(In, Term),
    ( Term == end_of_file -> Terms = [] ; Terms = [Term|Rest], read_all(In, Rest) ).

bit(Question, Bit) :- ( decide(Question) -> Bit = 1 ; Bit = 0 ).
decide(q(Type, Action, User, Resource)) :- allow(Type, Action, User, Resource), !.

as_text(q(Type, Action, User, Resource), q(Type, Action, UserText, ResourceText)) :-
    atom_string(User, UserText), atom_string(Resource, ResourceText).
decide_text(q(Type, Action, UserText, ResourceText)) :-
    atom_string(User, UserText), atom_string(Resource, ResourceText),
    allow(Type, Action, User, Resource), !.

rounds(_, _, Start, Seconds, Asked, Asked) :- cputime - Start >= Seconds, !.
rounds(Decide, Questions, Start, Seconds, Before, Asked) :-
    ask(Questions, Decide),
    length(Questions, Count),
    Next is Before + Count,
    rounds(Decide, Questions, Start, Seconds, Next, Asked).

ask([], _).
ask([Question|Rest], Decide) :- ( call(Decide, Question) -> true ; true ), ask(Rest, Decide).

resident(Kilobytes) :-
    setup_call_cleanup(open('/proc/self/statm', read, In), read_line_to_string(In, Line), close(In)),
    split_string(Line, " ", "", [_, Pages|_]),
    number_string(Count, Pages),
    Kilobytes is Count * 4.
