"""What the demo's sponsors print in the classifieds: a heading of at most 5 words, a body of at most 25."""

# sponsor, path on its own host, link text / heading / body, over several lines; an empty line between two ads
TEXT = """
peat /cold Store a terabyte
Logs for seven years, cheaply
Your auditor wants seven years and your budget wants none. Peat Systems keeps cold logs searchable for two dollars a
terabyte.

peat /index Search cold data
Grep a petabyte over lunch
Peat Systems searches archived logs where they lie. Ask before lunch, read after it, pay for the question only.

brightmoor /tickets Book early
Brightmoor: two days, no slides
Operations people tell each other what broke. York in spring, 300 seats, childcare on site, nothing recorded. Early
seats until the end of the month.

brightmoor /talks Send a story
Tell us what broke
Brightmoor looks for twelve stories of failure, twenty minutes each. Newcomers get a coach, and every speaker is
paid.

brightmoor /team Bring the team
Bring the whole rota
Four seats for the price of three at Brightmoor, for teams that share a pager. Someone else’s turn on call? We help
with cover.

spindrift /chaos Break one thing
Break it on a Tuesday
Spindrift Labs breaks one small thing in staging each Tuesday and asks your alerts what they saw. Most see nothing
at first.

spindrift /gameday Plan a game day
Game days, ready to play
Six incidents in a box: roles, clues, a clock and a debrief. Spindrift Labs runs the first one with you, by video.

oncall /book Read a chapter
The Oncall Almanac, third edition
Fifty-two short essays on carrying the pager, one for each week. Paper or EPUB. The chapter on handovers is free.

oncall /desk Order the calendar
A wall calendar for rotas
Big squares, room for two names and a swap, moon phases for the superstitious. The Oncall Almanac prints it until it
is gone.

fogsignal /page Put up a page
Status pages that stay up
Fogsignal hosts your status page on two clouds that are not yours. Green when it’s green; no rounding up. Free for
open source.

fogsignal /honest Read a good one
Say it before they ask
Fogsignal drafts the first public note of an incident from your alert, in plain words, for a person to check and
send.

afterword /review Try one review
Post-incident reviews people read
Afterword builds the timeline from chat and deploys, so that the meeting can talk about why. Exports to plain text.

afterword /actions Count your actions
Where do action items go?
Afterword follows them until they are done or dropped out loud. The average team finds nineteen that are still open.

nightjar /rota Make a fair rota
A rota that is fair
Nightjar counts nights, weekends and school holidays, and proposes a rota that nobody can call unfair. Swaps take
one tap.

nightjar /pay Add up on-call pay
On-call pay that adds up
Nightjar turns who was woken, and when, into a payroll file. Made with two unions and one very patient accountant.

dunlin /image Boot the image
A Linux with nothing on
Dunlin Linux boots in two seconds with a kernel, your container and no shell. Rebuilt each night, signed, and bare
enough to read.

dunlin /support Ask about support
Ten years of the same
Dunlin Linux keeps one kernel alive for ten years. Security fixes, nothing else, from people with names and a
telephone.

patchwell /sunday Patch one host
Patched by Sunday night
Patchwell updates your fleet in waves, waits for your own checks between them, and stops at the first cough. No
reboots by surprise.

patchwell /live Test a live patch
Fix the kernel, keep uptime
Patchwell applies security fixes to running kernels. We publish each patch with its test, so you may read what you
run.

embergrove /kube Take a lesson
Learn Kubernetes by fixing it
Twenty broken clusters, from easy to unkind, and a mentor who answers. Embergrove teaches teams in six evenings.

embergrove /sql Start the course
EXPLAIN, explained in five evenings
Embergrove’s course on slow queries, with your own schema as homework. Small groups, two time zones, no video to
binge.

gangway /jobs See the list
Forty jobs, salaries included
Gangway lists operations jobs that name the salary and the rota. Forty this week, nine of them fully remote.

gangway /post Post a job
Hiring for the night shift?
Post on Gangway for $200. We turn down adverts without a salary, which is why people read the rest.

hedgerow /summit Get a ticket
Three days in a barn
Hedgerow Summit: sixty platform engineers, one barn in Devon, no sponsors on stage. Bring boots and one question.

hedgerow /remote Join from home
Hedgerow, from your kitchen
The talks that the speakers allow, live, with a chat that stays polite. Pay what you can; students don’t pay.

pager /postgres Look inside
Postgres for the Paged
Pager Press puts one hundred and forty pages on what to do first, second and never when the database is on fire.

pager /zines Order all six
Zines about boring technology
Cron, DNS, TLS, mail, time and disks: six zines, hand-drawn by people who were paged for each. Pager Press ships
anywhere.

moorhen /send Send a test
Mail that lands in inboxes
Moorhen Mail sends receipts and resets, nothing else, from addresses that never sent a newsletter. Seven seconds to
the inbox, measured daily.

moorhen /dmarc Check a domain
Who sends as you?
Moorhen Mail reads your DMARC reports and answers in one sentence a week. Paste a domain and see last week’s.

saltglass /policy Check one repo
Policies a human can read
Saltglass writes cloud rules as plain sentences, checks them on each change, and cites the sentence that failed. Two
hundred are included.

saltglass /why Read our rule book
No public buckets, ever again
Saltglass stops the risky change before it is applied and says how to fix it. Starts in watch-only mode.

wrackline /cli Install the tool
Grep, for a hundred servers
Wrackline searches logs on all hosts at once, from your terminal, without shipping them anywhere. One binary, no
account.

wrackline /follow Follow a request
Follow one request everywhere
Give Wrackline an id and it collects the lines from every host, in order, clocks corrected. Free for up to ten
servers.

latchkey /seats Invite two people
Two free seats for contractors
Latchkey lends a contractor exactly three secrets until Friday, and takes them back by itself.

ferrywork /estimate Get an estimate
Moving soon? Ask Ferrywork
Tell us from where, to where and how much. You get a plan with dates and a price within two days.
"""
