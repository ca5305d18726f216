"""What the demo's sponsors print first in the issue: a heading of at most 8 words, a body of at most 60."""

# sponsor, path on its own host, link text / heading / body, over several lines; an empty line between two ads
TEXT = """
tidewatch /quiet Watch ten services free
Alerts that know what Monday looks like
Tidewatch learns the rhythm of each of your services, hour by hour and weekday by weekday, and stays quiet while
they follow it. Teams that moved over switched off two alert rules in three within a month. Point it at the metrics
store you have; it keeps no copy.

tidewatch /replay Replay a month
How many of last night’s pages mattered?
Send us one month of alert history and Tidewatch replays it against its own judgement. You get a plain report: what
it would have sent, what it would have held back, what it would have caught earlier. No agent, no meeting, no card.
The report is yours whether you buy or not.

kestrel /queue Bring a slow pipeline
Your build queue should be boring
Kestrel CI starts a clean build machine in four seconds, keeps the dependency cache beside it, and bills by the
second that it was busy. Pipelines stay plain YAML in your own repository, and every step runs on a laptop with one
command. Half an hour with us, and yours is faster.

kestrel /flaky Claim 3,000 minutes
Find the flaky test before it finds you
Every team owns a test that fails on Thursdays. Kestrel CI reruns the suspicious ones on idle machines overnight,
tells flaky from broken, and opens one ticket for each, with the three commits that most likely caused it. Works
with the test runner you already have.

cinderbox /forensics Read a sample diary
The intruder left. Would you know?
Most break-ins are noticed weeks later, when the container that saw them is long gone. Cinderbox keeps what it saw:
each process started, each file written, each host called, for ninety days, outside the cluster. See a sample week
from a cluster that we broke into ourselves.

cinderbox /overnight Try it on one cluster
What changed inside your containers overnight?
Cinderbox watches every process and network connection inside your running containers, and tells you when something
new happens. One DaemonSet, no sidecars, under 1% CPU. Readers of the Runbook get 30 days on up to 20 nodes.

quorum /failover Pull the plug yourself
A failover you can rehearse at noon
Quorum DB is a relational database that expects to lose a machine. Promote a replica by hand in the middle of a
working day, watch the writes carry on, and go to lunch. Your drivers and your SQL stay as they are. There is a
playground where you pull the plug.

quorum /regions Read the latency tables
Three regions, one transaction log
Put a node on each coast and one in between, and let Quorum DB decide where each row is written. We publish commit
latencies for forty pairs of regions, measured every hour, the bad ones included. Look up yours before you talk to
us.

northgate /bastion Retire a bastion
Your last bastion host can retire
Northgate puts a short-lived certificate in front of every shell, database and dashboard you own, issued by your
identity provider and gone by the evening. No network to redraw, no client on the servers. Move one team over on a
Tuesday and keep the old door for a week.

northgate /audit See one session replayed
Who touched production on the fourteenth?
An auditor asked us that once, and it took nine days to answer. With Northgate it takes one search: every session
with its person, reason, commands and approver, kept for as long as your policy says. Start with a single database
and see whether anybody complains.

marrowstone /restore Restore something today
When did you last restore a backup?
Marrowstone restores one of your backups every night, on a machine of its own, runs the checks you wrote, and mails
you one line: it came back, and it took this long. The day you need it, you will have done it three hundred times
already.

marrowstone /ransom Read how the lock works
Backups that even root cannot delete
Once Marrowstone has a copy, nobody shortens its life: not you, not us, not whoever has your password this week.
Retention is counted by a clock outside your account. Works with object storage that you rent already, and costs
nothing below one terabyte.

hollowgrid /edge Deploy a hello
Run it where your users are
Hollowgrid runs your container in thirty-one cities, and tells you honestly in which of them that was worth the
money. Push an image, pick a latency you can live with, and it finds the smallest set of places that meets it.
Egress is in the price.

hollowgrid /drain See the drain log
We turned off a whole city
Last quarter we drained one of our thirty-one cities in the middle of the afternoon, to see who would notice. Two
customers did; the post explains why, minute by minute, and what we changed. If you like providers that write such
things down, come and try ours.

thistledown /tail Trace one endpoint
Keep the one trace that matters
Sampling one request in a thousand keeps the traces that nobody asks for. Thistledown decides at the end: it keeps
what was slow, what failed, and what was unlike the rest, and drops the boring ones after a minute. Same collectors,
one tenth of the bill.

thistledown /why Paste a slow trace
“It’s the database” is not a finding
Paste a slow trace into Thistledown and it compares the request, step by step, with a thousand that were fast. What
comes back is a sentence, not a flame graph: this call waited for that lock, held by this deploy. You can still look
at the flame graph.

ropewalk /plan Plan without fear
Read the plan before it reads you
Ropewalk runs your infrastructure code like any other code: a plan on each pull request, a reviewer for each
resource that can lose data, and one apply at a time. It says in words what will be replaced, and what that takes
down with it. State stays in your bucket.

ropewalk /imports Adopt a hundred resources
The resources that nobody wrote down
Four in ten cloud resources were made by hand, some at night. Ropewalk finds them, writes the code for them in your
own style, and proves with an empty plan that nothing would change. A hundred resources are free, which is more than
you would like to admit.

lanternfish /dark Ship a day of logs
Logs for the ninety-nine quiet hours
Lanternfish keeps your logs in your own object storage, compressed thirty to one, and wakes up only when somebody
asks. A question over a month of logs takes seconds and costs cents. The other hours cost what the bucket costs, and
nothing is priced by the gigabyte.

lanternfish /pii Scan one service
Your logs know too many names
Somewhere a debug line prints an e-mail address, and has done so since spring. Lanternfish reads log lines as they
arrive, blanks what looks like a person, and shows you the line of code that printed it. Point it at one service for
a day; the result is sobering.

brasswick /metal Rent one for a month
Forty-eight cores that are only yours
No neighbours, no credits, no burst. Brasswick rents whole machines by the month, racked in Malmo and Montreal, with
a console that works when the network doesn’t. Most teams come to us for one database and stay for the invoice,
which has a single line on it.

brasswick /move Send us a bill
Bring your cloud bill, leave a number
Send us last month’s bill with the account numbers blacked out. Within two days you get one page: which three
workloads would be cheaper on metal, which would not, and what the move would cost in working days. About a third of
the time we say stay.

sluicegate /limits Rate-limit one route
The customer with the infinite loop
Every API has one. Sluicegate sits in front of yours, gives each key its own budget by route and by minute, and
answers politely when it is spent. Limits live in a file beside your code, and a dry run shows whom a new one would
have hurt last week.

sluicegate /versions Retire a version
Switch off version one, this time really
Sluicegate knows who still calls your old endpoints, how often, and from which version of your client. It writes to
them, dims the lights one minute a day, then ten, and tells you when nobody is left in the room. Two customers
retired an API older than their office.
"""
