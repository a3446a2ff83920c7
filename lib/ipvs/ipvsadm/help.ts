/** What `ha-ipvsadm --help` prints. */

export const HELP = `ha-ipvsadm: shows and changes the load-balancing table, with the command lines of ipvsadm

Usage:
  ha-ipvsadm -A|-E SERVICE [-s SCHEDULER] [-p [SECONDS]] [-M NETMASK] [-b FLAGS] [-o]
  ha-ipvsadm -D SERVICE
  ha-ipvsadm -a|-e SERVICE -r SERVER [-g|-i|-m] [-w WEIGHT] [-x UPPER] [-y LOWER]
  ha-ipvsadm -d SERVICE -r SERVER
  ha-ipvsadm -L [SERVICE] [-n] [-c|--stats|--rate|--thresholds|--persistent-conn] [--exact] [--nosort]
  ha-ipvsadm -L --timeout|--daemon
  ha-ipvsadm -S [-n] > FILE;  ha-ipvsadm -R < FILE
  ha-ipvsadm -C;  ha-ipvsadm -Z [SERVICE];  ha-ipvsadm --set TCP TCPFIN UDP
  ha-ipvsadm --start-daemon master|backup [--mcast-interface IF] [--syncid ID]
  ha-ipvsadm --stop-daemon master|backup

SERVICE is -t ADDRESS:PORT (tcp), -u ADDRESS:PORT (udp), --sctp-service ADDRESS:PORT or -f MARK [-6].
IPv6 addresses stand in brackets: -t [2001:db8::1]:80. Every short option has a long form (see the manual).

Commands:
  -A --add-service    -E --edit-service    -D --delete-service     a virtual service
  -a --add-server     -e --edit-server     -d --delete-server      a real server of it
  -L --list           -S --save            -R --restore            the table
  -C --clear          -Z --zero            --set                   everything, counters, timeouts
  -h --help           -v --version

Examples:
  ha-ipvsadm -A -t 10.0.0.1:80 -s wrr                        a web service
  ha-ipvsadm -a -t 10.0.0.1:80 -r 192.168.0.1:80 -m -w 3     a real server behind it
  ha-ipvsadm -e -t 10.0.0.1:80 -r 192.168.0.1:80 -m -w 0     drain it: old connections stay
  ha-ipvsadm -Ln                                             what is there
  ha-ipvsadm -Lnc                                            who is connected to what

Where: the kernel's IPVS if it is there (then ipvsadm does the work), else nftables (masq and servers on this host only).
HA_SUITE_IPVS_ENGINE=kernel|nft chooses, before "[ipvs] engine" in /etc/ha.d/ha-suite.ini.
`;

/** Named so that scripts which look for the version of ipvsadm find the one whose command lines these are. */
export const VERSION = 'ha-ipvsadm (ha-suite), command lines of ipvsadm v1.31 (IPVS v1.2.1)\n';
