# LB1, which serves, loses power while one web server is away already, and comes back after five minutes.
#
# Watch "no answer": clients wait for deadtime, then for the start of ldirectord on the other node, and once more when the
# addresses go back (auto_failback on).

192.168.120.86 silent at 30s
LB1 loses power 1m-6m

# Time enough for the failback, and for seeing that the server is still out.
end at 8m
