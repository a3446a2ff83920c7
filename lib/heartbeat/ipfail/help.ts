/** What `ipfail --help` prints. */

export const IPFAIL_HELP = `usage: ipfail [--help]

Compares how many ping nodes each of the two nodes reaches, and has the one that reaches fewer hand its resources over.
The heartbeat daemon starts it; it takes no other options. It needs ping, ping6 or ping_group lines and
auto_failback on or off in ha.cf, and must run on both nodes.

Examples:
  respawn hacluster /usr/libexec/heartbeat/ipfail   the line of ha.cf that starts it (with the path where it is installed)
  cl_status clientstatus $(uname -n) ipfail         does it run?
  cl_status listnodes -p -v                         which ping nodes answer here?
`;
