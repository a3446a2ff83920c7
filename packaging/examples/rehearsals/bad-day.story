# Several small things at once, none of which should take the site away for long.

# The switch between the directors is overloaded.
loss 30% 10s-2m; jitter 50ms 10s-2m

# LB1 stands still for a moment, shorter than deadtime 10; meanwhile a server goes, and LB1 can not notice.
LB1 hangs 30s-36s
192.168.120.87 silent 31s-90s

# Somebody sets the clock.
clock of LB2 +1h at 50s

end at 4m
