"""What the demo's sponsors print in the middle of the issue: a heading of at most 8 words, a body of at most 40."""

# sponsor, path on its own host, link text / heading / body, over several lines; an empty line between two ads
TEXT = """
cinderbox /runbook Start a diary
A diary for every running container
Cinderbox writes down what each container starts, opens and connects to, and keeps it for ninety days. When
something odd happens you read back instead of guessing. Installs in an afternoon, on any cluster.

cinderbox /drift See what drifted
Same image, different behaviour
Two pods run the same image, and one of them talks to a host you have never heard of. Cinderbox lines up twins and
shows where they part. Takes ten minutes to set up on a cluster you can spare.

latchkey /rotate Rotate one secret
Rotate a password without a meeting
Latchkey changes the secret, tells the services that use it, waits until each has taken it up, and only then retires
the old one. If one of them balks, it goes back. Begin with the password nobody dares to touch.

latchkey /leaks Scan a repository
The key you committed in 2021
It is still valid, and still in the history. Latchkey finds live keys in old commits, says what each can reach, and
rotates those you point at. The scan runs on your machine and sends us nothing.

mooring /mesh Compare the manifests
A service mesh in nine manifests
Mooring gives you mutual TLS, retries and traffic splits, and leaves the rest out. There is one proxy a node, none a
pod, and no control plane to nurse. Read all nine manifests over a coffee, then decide.

mooring /split Split one percent
Send one request in a hundred
Ship the new version to one percent, by user and not by luck, and let Mooring compare errors and latency side by
side. It stops by itself when the curves part. Works with the ingress you have.

tallyhook /deliver Replay a webhook
Webhooks that arrive, and prove it
Tallyhook signs, sends, retries and orders your outgoing webhooks, and gives your customers a page where they can
see and replay each one. Your support team gets its mornings back. First 50,000 deliveries a month are free.

tallyhook /meter Meter one feature
Usage billing without a data warehouse
Send Tallyhook an event each time something billable happens. It counts once, however often you send it, and closes
the month with a file that your finance people can add up themselves. Late events land in the right month.

pallet /registry Mirror a registry
The registry that was up on Friday
Pallet mirrors every package your builds pull, so that somebody else’s outage is not yours. It keeps what you used,
signs what you publish, and says which build took which byte. One line of configuration for most languages.

pallet /bill Print a bill of materials
What exactly did you ship?
Pallet prints the bill of materials of any build from the last two years, licences and known holes included, and
says which of your releases carry that one bad version. The question takes eight seconds, not a week.

ferrywork /cutover Rehearse a cutover
Move the database while it works
Ferrywork copies a live database to another engine, checks every row on both sides, and rehearses the cutover as
often as you like. On the night itself there is little to do. Ask for the checklist that we use.

ferrywork /buckets Move a bucket
Eleven terabytes by Monday, quietly
Ferrywork moves object storage between clouds at the speed you allow, keeps both sides equal while you switch, and
hands you a signed list of what went across. You pay for bytes that arrived, once.

farthing /tags Cost one service
The bill, by team, without tags
Nobody tags everything. Farthing & Rue reads the bill together with your clusters and repositories, and says which
team spent what and why it rose on the ninth. No agent; read-only keys; first report the next morning.

farthing /commit Check your commitments
You are paying for idle commitments
Half the commitments we look at are for machines that nobody runs. Farthing & Rue says which to sell, which to let
lapse, and what you may safely buy next. We take no share of what you save.

pinfold /flags Retire ten flags
Feature flags with a sell-by date
Every flag in Pinfold has an owner and an end. When it is over, you get a pull request that takes the flag out of
the code, tests included. The average customer deletes four hundred in the first spring.

pinfold /kill Add one switch
One switch for the bad night
Mark the features that you could live without for an hour. When load climbs, Pinfold turns them off in the order you
chose, and on again by itself. Rehearse it on a weekday and see who calls.

slackwater /queue Publish a message
A queue that says why it waits
Slackwater shows for each message which consumer has it, since when, and what it waits for. Poison is set aside
after three tries with the stack trace attached. Speaks the protocol your libraries speak already.

slackwater /replay Replay last Tuesday
Replay last Tuesday, only for billing
A consumer had a bug for six hours. Slackwater keeps thirty days and hands any consumer its own past again, at the
speed it can take, without disturbing the others. Order within a key is kept, always.

driftmark /hourly Check one account
Somebody clicked in the console again
Driftmark compares what you wrote with what runs, each hour, and tells the person who clicked, not the channel. They
can keep the change, which writes the code, or put it back. Silence means that both agree.

driftmark /golden Compare two regions
Why is Frankfurt different from Dublin?
Two regions were built from the same code and have grown apart. Driftmark lays them side by side, ignores what has
to differ, and lists what should not. Most lists have eleven lines, and one of them is frightening.

cobblerun /clone Open a workspace
Day one, first commit before lunch
Cobblerun opens a ready workspace from any branch in under a minute: services up, data seeded, tests green. It runs
on your own machines. New people stop asking which version of Node, and old ones stop knowing.

cobblerun /preview Preview one branch
A copy of production, minus people
Each pull request gets its own address with fresh, made-up data in the shape of yours. Designers click, testers
break, and at the merge it is gone. Cobblerun counts the minutes, and they are fewer than you fear.

tanglewire /path Trace a path
It was the network, for once
Tanglewire follows a packet from pod to pod through every rule, queue and gateway that touches it, and shows the one
that dropped it. Twelve clouds and most switches. Have it ready before the next two o’clock call.

tanglewire /dns Watch your resolvers
It is always DNS. Prove it
Tanglewire records each lookup with who asked, who answered and how long it took, for a week, on one small machine.
The next time somebody blames the resolver, you open a page and read it out.

bramblekey /expiry Find the next expiry
The certificate that expires on Sunday
Bramblekey finds every certificate you serve, the forgotten ones on odd ports too, and renews those it may. For the
others it writes to the owner thirty, ten and three days before. The list is free.

bramblekey /ca Issue a test root
Your own authority, without the ceremony
Run a private certificate authority with a root that stays offline, policies in plain text, and a log that cannot be
edited. Bramblekey sets it up with you in two hours, then gets out of the way.

oxbow /replay Replay an hour
Load tests made of real traffic
Oxbow records an hour of production, takes the people out of it, and plays it against your next release at once,
twice or ten times the speed. No scripts to write, and no guessing at what users do.

oxbow /black Rehearse the rush
Rehearse the busiest day in advance
Take last year’s busiest hour and multiply it by what marketing promised. Oxbow plays it at your staging cluster and
shows what breaks first, then second. Book a rehearsal now; November is full by the end of summer.

quillback /stale Check one runbook
Runbooks that notice they are wrong
Quillback runs the harmless steps of your runbooks every week and marks those that no longer work. At three in the
morning, you read only steps that worked on Monday. Lives in your repository, as Markdown.

quillback /draft Record one incident
The runbook that writes its first draft
Fix it once with Quillback’s recorder on, and it drafts the runbook: what you looked at, what you ran, what you
decided against. You cut it down to ten lines. Nothing leaves your terminal until you say so.
"""
