# A planned evening. Nobody should wait for deadtime: compare "longest" with that of power-failure.story.

# LB1 hands over, is updated, and boots.
LB1 standby at 1m
LB1 stops at 2m
LB1 loses power at 3m
LB1 boots at 5m

# Then the web servers, one after the other; this time somebody stops the service and not the machine.
192.168.120.86:80 refuses 8m-10m
192.168.120.86:443 refuses 8m-10m
192.168.120.87:80 refuses 12m-14m
192.168.120.87:443 refuses 12m-14m

end at 16m
