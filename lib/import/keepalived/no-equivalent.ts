/** What keepalived knows and nothing here has: what it did, and what to do about it. */
import type { Ledger, RemarkKind } from '../ledger.js';
import type { Statement } from '../statement.js';

type Entry = readonly [kind: RemarkKind, message: string, advice?: string];

const network = (what: string): Entry => [
  'lost',
  `${what} set by keepalived for the whole time it runs`,
  'put it into the network configuration of the machine',
];
const moving = (what: string): Entry => [
  'lost',
  `${what} that move with the address`,
  'write a script in /etc/ha.d/resource.d that sets them at start and removes them at stop, and name it behind the address in haresources',
];
const notify = (when: string): Entry => [
  'lost',
  `a program that is run when ${when}`,
  'write a script in /etc/ha.d/resource.d that takes start, stop and status, and name it at the end of the group in haresources: it is called with start when this node takes the group over and with stop when it gives it up',
];
const notifyServer = (when: string): Entry => [
  'lost',
  `a program that is run when ${when}`,
  'ldirectord sends a mail (emailalert), writes a line to its log, and for the last server runs fallbackcommand',
];
const process = (what: string): Entry => ['needless', `${what} of keepalived's own processes`, ''];
const vrrp = (what: string): Entry => ['needless', `${what} of the protocol VRRP, which heartbeat does not speak`, ''];
const kernel = (what: string): Entry => [
  'lost',
  what,
  'there is no such setting in ldirectord.cf; see whether you need it at all',
];

const CHECK_DETAIL = (what: string): Entry => ['lost', what, 'ldirectord checks without it'];

const ENTRIES: Readonly<Record<string, Entry>> = {
  // Processes, logging, security of scripts.
  router_id: ['needless', 'a name of this machine in mails and logs; heartbeat has the node name', ''],
  lvs_id: ['needless', 'a name of this machine in mails', ''],
  process_names: process('names'),
  script_user: [
    'needless',
    'the user that scripts run as',
    'monitors and checks run as root here: look at what they run',
  ],
  enable_script_security: ['needless', 'a check of who may write the scripts', 'see that only root can write them'],
  max_auto_priority: process('priority'),
  vrrp_priority: process('priority'),
  checker_priority: process('priority'),
  bfd_priority: process('priority'),
  vrrp_no_swap: process('memory'),
  checker_no_swap: process('memory'),
  vrrp_rt_priority: ['needless', 'real-time priority; heartbeat has it by default', ''],
  checker_rt_priority: process('priority'),
  vrrp_rlimit_rttime: process('limits'),
  checker_rlimit_rttime: process('limits'),
  vrrp_process_name: process('names'),
  checker_process_name: process('names'),
  debug: process('debugging'),
  use_pid_dir: process('pid files'),
  instance: process('the instance'),
  net_namespace: [
    'lost',
    'the network namespace it runs in',
    'start heartbeat in that namespace, as with ip netns exec',
  ],
  namespace_with_ipsets: ['needless', 'ipsets in a network namespace', ''],
  nftables: [
    'needless',
    'packet filter rules against answers from a backup; heartbeat removes the address instead',
    '',
  ],
  nftables_priority: ['needless', 'packet filter rules of keepalived', ''],
  vrrp_iptables: ['needless', 'packet filter rules of keepalived', ''],
  vrrp_ipsets: ['needless', 'packet filter rules of keepalived', ''],
  enable_dbus: ['lost', 'the D-Bus interface', 'cl_status(1) and ha(8) tell the state'],
  enable_snmp_vrrp: ['lost', 'SNMP', 'cl_status(1) and ldirectord-ts status --json tell the state'],
  enable_snmp_keepalived: ['lost', 'SNMP', 'cl_status(1) and ldirectord-ts status --json tell the state'],
  enable_snmp_checker: ['lost', 'SNMP', 'cl_status(1) and ldirectord-ts status --json tell the state'],
  enable_snmp_rfc: ['lost', 'SNMP', 'cl_status(1) and ldirectord-ts status --json tell the state'],
  enable_snmp_rfcv2: ['lost', 'SNMP', 'cl_status(1) and ldirectord-ts status --json tell the state'],
  enable_snmp_rfcv3: ['lost', 'SNMP', 'cl_status(1) and ldirectord-ts status --json tell the state'],
  enable_traps: ['lost', 'SNMP', 'cl_status(1) and ldirectord-ts status --json tell the state'],
  snmp_server: ['lost', 'SNMP', 'cl_status(1) and ldirectord-ts status --json tell the state'],
  snmp_socket: ['lost', 'SNMP', 'cl_status(1) and ldirectord-ts status --json tell the state'],
  dynamic_interfaces: ['lost', 'interfaces that appear later', 'start heartbeat when they are there'],
  linkbeat_use_polling: ['needless', 'how the link of an interface is watched', ''],
  linkbeat_interfaces: ['needless', 'how the link of an interface is watched', ''],
  notify_fifo: notify('the state changes, through a pipe'),
  notify_fifo_script: notify('the state changes, through a pipe'),
  vrrp_notify_fifo: notify('the state changes, through a pipe'),
  vrrp_notify_fifo_script: notify('the state changes, through a pipe'),
  lvs_notify_fifo: notifyServer('a server changes, through a pipe'),
  lvs_notify_fifo_script: notifyServer('a server changes, through a pipe'),
  startup_script: ['lost', 'a program at the start of keepalived', 'start it from the init system, before heartbeat'],
  shutdown_script: ['lost', 'a program at the end of keepalived', 'start it from the init system, after heartbeat'],
  reload_file: process('reloading'),
  reload_time_file: process('reloading'),
  // VRRP.
  vrrp_version: vrrp('the version'),
  version: vrrp('the version'),
  vrrp_strict: vrrp('strictness'),
  strict_mode: vrrp('strictness'),
  vrrp_mcast_group4: ['needless', 'the multicast group of VRRP', 'heartbeat has its own, see the mcast line of ha.cf'],
  vrrp_mcast_group6: ['needless', 'the multicast group of VRRP', 'heartbeat has its own, see the mcast line of ha.cf'],
  vrrp_skip_check_adv_addr: vrrp('a check of packets'),
  vrrp_check_unicast_src: ['needless', 'a check of the sender; packets of heartbeat are signed', ''],
  check_unicast_src: ['needless', 'a check of the sender; packets of heartbeat are signed', ''],
  vrrp_lower_prio_no_advert: vrrp('an election detail'),
  vrrp_higher_prio_send_advert: vrrp('an election detail'),
  lower_prio_no_advert: vrrp('an election detail'),
  higher_prio_send_advert: vrrp('an election detail'),
  native_ipv6: vrrp('the address family'),
  accept: ['needless', 'packets to the address are accepted here, always', ''],
  no_accept: ['lost', 'packets to the address itself are dropped', 'use a packet filter rule'],
  mcast_src_ip: ['needless', 'the sender address of VRRP; heartbeat sends from the address of the interface', ''],
  unicast_src_ip: ['needless', 'the sender address of VRRP; heartbeat sends from the address of the interface', ''],
  unicast_ttl: vrrp('a hop limit'),
  unicast_fault_no_peers: vrrp('what happens without peers'),
  dont_track_primary: ['needless', 'the link of the interface is not watched here either', ''],
  skip_check_adv_addr: vrrp('a check of packets'),
  use_vmac: [
    'lost',
    'a virtual hardware address that moves with the IP address',
    'nothing to do as a rule: gratuitous ARP tells everybody; a device that ignores it needs its ARP cache shortened',
  ],
  vmac_xmit_base: vrrp('the virtual hardware address'),
  use_ipvlan: ['lost', 'an interface of its own for the address', 'the address goes to the interface itself'],
  vrrp_garp_master_delay: ['needless', 'a second round of announcements', 'see [announce] refresh in ha-suite.ini(5)'],
  garp_master_delay: ['needless', 'a second round of announcements', 'see [announce] refresh in ha-suite.ini(5)'],
  vrrp_garp_master_refresh_repeat: ['needless', 'how many announcements each time; here it is one', ''],
  garp_master_refresh_repeat: ['needless', 'how many announcements each time; here it is one', ''],
  vrrp_garp_lower_prio_delay: vrrp('an announcement'),
  vrrp_garp_lower_prio_repeat: vrrp('an announcement'),
  garp_lower_prio_delay: vrrp('an announcement'),
  garp_lower_prio_repeat: vrrp('an announcement'),
  vrrp_gna_interval: [
    'needless',
    'the distance of neighbour advertisements',
    'see [announce] interval in ha-suite.ini(5)',
  ],
  gna_interval: ['needless', 'the distance of neighbour advertisements', 'see [announce] interval in ha-suite.ini(5)'],
  kernel_rx_buf_size: process('buffers'),
  vrrp_rx_bufs_policy: process('buffers'),
  promote_secondaries: ['needless', 'secondary addresses stay when the primary one goes; the agents see to that', ''],
  virtual_routes: moving('routes'),
  virtual_rules: moving('routing rules'),
  track_interface: [
    'lost',
    'gives up when the link of these interfaces is down',
    'write a ping line with the address of the gateway into ha.cf, and respawn hacluster /usr/libexec/heartbeat/ipfail: then the node that sees less of the network gives up',
  ],
  track_bfd: ['lost', 'watches a router by BFD', 'write a ping line with its address into ha.cf, with ipfail'],
  bfd_instance: ['lost', 'watches a router by BFD', 'write a ping line with its address into ha.cf, with ipfail'],
  track_file: [
    'lost',
    'a number in a file changes the priority',
    'write a [monitor NAME] in ha-suite.ini whose command looks at the file',
  ],
  vrrp_track_file: [
    'lost',
    'a number in a file changes the priority',
    'write a [monitor NAME] in ha-suite.ini whose command looks at the file',
  ],
  notify_master: notify('this node becomes master'),
  notify_backup: notify('this node becomes backup'),
  notify_fault: notify('this node fails'),
  notify_stop: notify('keepalived stops'),
  notify_deleted: notify('an instance is removed'),
  notify_master_rx_lower_pri: notify('a packet of lower priority arrives'),
  notify: notify('the state changes'),
  global_tracking: [
    'lost',
    'one tracking for all instances',
    'each group of haresources moves as a whole, but not with the others',
  ],
  sync_group_tracking_weight: ['lost', 'weights in a group', 'a node is well or not well here'],
  track_group: ['lost', 'another way to name the members', 'use the block group'],
  static_ipaddress: network('addresses that are'),
  static_routes: network('routes that are'),
  static_rules: network('routing rules that are'),
  interface_up_down_delays: ['lost', 'a delay when links come and go', ''],
  // Mail.
  smtp_connect_timeout: ['needless', 'patience with the mail server', ''],
  smtp_helo_name: ['lost', 'the name that is told the mail server', 'the mail program of the machine decides'],
  // Virtual servers.
  alpha: ['changed', 'servers are out until their first check', 'ldirectord checks all of them at once when it starts'],
  omega: [
    'lost',
    'a mail and the quorum program at the stop',
    'ldirectord takes the services out with cleanstop = yes',
  ],
  hysteresis: ['lost', 'how far above the quorum counts as enough', 'the fallback is used while no server is up'],
  sorry_server_inhibit: [
    'lost',
    'the fallback stays in the table with weight 0',
    'here it is put in when it is needed',
  ],
  ha_suspend: ['needless', 'checks run only where the address is; ldirectord moves with it', ''],
  establish_delay: kernel('a delay of connections'),
  lvs_flush: ['needless', 'the table is emptied at start; ldirectord removes what is not in its file', ''],
  lvs_flush_onstop: ['needless', 'the table is emptied at stop, as ldirectord does', ''],
  lvs_flush_on_stop: ['needless', 'the table is emptied at stop, as ldirectord does', ''],
  lvs_timeouts: ['lost', 'timeouts of connections in the kernel', 'run ipvsadm --set TCP FIN UDP at boot'],
  bind_port: CHECK_DETAIL('the port that a check comes from'),
  bindto: CHECK_DETAIL('the address that a check comes from'),
  bind_if: CHECK_DETAIL('the interface that a check goes out by'),
  fwmark: CHECK_DETAIL('a mark on the packets of a check'),
  warmup: ['needless', 'checks do not all begin at once; ldirectord spreads them by itself', ''],
  helo_name: CHECK_DETAIL('the name that is told the mail server'),
  http_protocol: CHECK_DETAIL('the version of HTTP; HTTP/1.1 is spoken'),
  enable_sni: CHECK_DETAIL('the server name in the TLS handshake'),
  fast_recovery: ['needless', 'one good check is enough here, always', ''],
  log_all_failures: ['needless', 'every failed check is in the log of ldirectord in any case', ''],
  smtp_alert_checker: ['needless', 'ldirectord sends a mail for every change, as emailalert says', ''],
  smtp_alert_vrrp: ['needless', 'see MailTo in haresources', ''],
  checker_log_all_failures: ['needless', 'every failed check is in the log of ldirectord in any case', ''],
  notify_up: notifyServer('a server comes back'),
  notify_down: notifyServer('a server fails'),
  quorum_up: notifyServer('enough servers are up again'),
  quorum_down: notifyServer('too few servers are up'),
  // Files.
  include: ['lost', 'another file, which is not looked at', 'import that file too, or put its text in this place'],
  includer: ['lost', 'another file, which is not looked at', 'import that file too, or put its text in this place'],
  includew: ['lost', 'another file, which is not looked at', 'import that file too, or put its text in this place'],
  SSL: ['lost', 'a client certificate for checks', 'ldirectord has none; check such servers with checktype = external'],
};

/** Says what becomes of a statement that nothing here can do; false: it is not known. */
export const reportKnown = (ledger: Ledger, statement: Statement): boolean => {
  if (statement.keyword.startsWith('@')) {
    ledger.remark(
      'lost',
      statement,
      'a line for some machines or configurations only, which is not looked at',
      'import a copy of the file without such marks, as it is meant for this machine',
    );
    return true;
  }
  const entry = Object.hasOwn(ENTRIES, statement.keyword) ? ENTRIES[statement.keyword] : undefined;
  if (entry === undefined) return false;
  const [kind, message, advice] = entry;
  ledger.remark(kind, statement, message, advice);
  return true;
};
