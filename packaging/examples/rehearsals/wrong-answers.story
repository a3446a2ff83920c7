# The database behind a web server is gone, and it answers every request with an error.
#
# The example checks by checktype = connect, which does not look at the answer: the server stays in the table all the time, and
# half of all requests are lost. With checktype=negotiate it would leave at the next check; try it with a copy of
# ldirectord.cf and --ldirectord-cf.

192.168.120.86 answers wrong 30s-3m
end at 4m
