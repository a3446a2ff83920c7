# Everything that can be wrong with web servers, one after the other. Between the sentences all are well for a while.
#
# "sent to the dead" is how long a server that gives no answer stayed in the table: checkinterval and checktimeout of
# ldirectord.cf decide it.

# The machine is gone: nobody answers, not even a ping.
192.168.120.86 silent 10s-1m

# The machine is there, its web server is not: this is noticed at the next check, without a timeout.
192.168.120.87:80 refuses 2m-3m

# It answers, but too late for checktimeout=5.
192.168.120.87 slow 6s 4m-5m

# Both at once: the fallback on the director itself stands in.
192.168.120.86 refuses 6m-7m
192.168.120.87 refuses 6m-7m

end at 8m
