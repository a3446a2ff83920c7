/** The help text of cl_status. */

export const USAGE = `Usage: cl_status <sub-command> [<options>] [<parameters>]

Sub-commands:
hbstatus [-v]
	Tell whether heartbeat runs on this machine; -v adds its version and "listnodes -v".
listnodes [-n|-p] [-v]
	List the nodes: -n cluster members only, -p ping nodes only, -v with status, type and links.
nodestatus <node-name>
	Print the status of a node.
nodetype <node-name>
	Print whether a node is a member (normal) or a ping node (ping).
nodeweight <node-name>
	Print the weight of a node.
nodesite <node-name>
	Print the site of a node.
listhblinks <node-name> [-v]
	List the links to a node; -v with their status.
hblinkstatus <node-name> <link-name>
	Print the status of one link.
clientstatus <node-name> <client-id> [<timeout>]
	Print whether a client program is signed on at a node; the timeout is in milliseconds.
rscstatus
	Print which resources this node holds.
hbparameter -p <parameter-name>
	Print a value of ha.cf or its default.

Every sub-command takes -m for answers in whole sentences. Without a sub-command, or with -h or --help: this text.

Examples:
	cl_status listnodes -v                  do the nodes hear each other, and on which links?
	cl_status rscstatus -m                  what does this node hold?
	cl_status hblinkstatus lb2 eth0         exit status 0: lb2 is heard on eth0
	cl_status clientstatus lb2 ipfail 3000  does ipfail run on the other node?
	cl_status hbparameter -p deadtime       which value counts?
`;
