/** What the agents are and take that are not about addresses. */
import type { Description, Parameter } from './meta-data.js';

const needed = (name: string, short: string, long: string): Parameter => ({ name, short, long, required: true });
const optional = (name: string, short: string, long: string): Parameter => ({ name, short, long, required: false });

/** One that is done by the agent of the package resource-agents. */
const passedOn = (name: string, what: string, parameters: readonly Parameter[]): Description => ({
  ...{ name, short: what, parameters },
  long: `Calls the agent ${name} of the package resource-agents, which must be installed.`,
});

const LIST: readonly Description[] = [
  {
    name: 'apache',
    short: 'an Apache web server',
    long: 'Starts the server with a configuration file, asks it whether it serves, and stops it gracefully.',
    parameters: [
      optional('configfile', 'configuration', 'Its file; by default the one that the distribution has for Apache.'),
    ],
  },
  {
    name: 'AudibleAlarm',
    short: 'a beeping console',
    long: 'Lets the console beep every second while its group is here.',
    parameters: [optional('nodelist', 'node ...', 'Nodes that are never to beep.')],
  },
  {
    name: 'Delay',
    short: 'a delay',
    long: 'Takes time to start and to stop, and does nothing else.',
    parameters: [
      optional('startdelay', 'startdelay', 'Seconds that a start takes; 20 when nothing is said.'),
      optional('stopdelay', 'stopdelay', 'Seconds that a stop takes; 30 when nothing is said.'),
    ],
  },
  {
    name: 'Filesystem',
    short: 'a mounted file system',
    long: 'Mounts a file system on shared or replicated storage, or of a server, that one node may have at a time.',
    parameters: [
      needed('device', 'device', 'A block device, -Llabel or -Uuuid, a server, or the folder of a bind mount.'),
      needed('directory', 'directory', 'Where it is mounted.'),
      optional('fstype', 'type', 'The type of the file system; without it mount(8) finds out.'),
      optional('options', 'options', 'As after mount -o.'),
    ],
  },
  {
    name: 'LVM',
    short: 'a volume group',
    long: 'Activates the logical volumes of a volume group on this node.',
    parameters: [needed('volgrpname', 'volumegroup', 'The name of the volume group.')],
  },
  {
    name: 'MailTo',
    short: 'a mail when a group moves',
    long: 'Sends a mail when the resources of its group come and when they go.',
    parameters: [
      needed('email', 'address', 'Whom to tell; several addresses with commas between them.'),
      optional('subject', 'subject', 'What the subject begins with.'),
    ],
  },
  {
    name: 'OCF',
    short: 'any agent of the OCF interface',
    long: 'Runs an agent with the variables of /etc/ha.d/conf/OCF/type/instance.',
    parameters: [
      needed('type', 'type', 'The name of the agent, in any folder of /usr/lib/ocf/resource.d.'),
      needed('instance', 'instance', 'The name of the file with its variables.'),
    ],
  },
  {
    name: 'Raid1',
    short: 'software RAID arrays',
    long: 'Assembles and stops arrays with mdadm.',
    parameters: [
      needed('raidconf', 'configuration', 'The mdadm.conf that describes the arrays.'),
      needed('raiddev', 'device', 'The array, or auto for all of the file.'),
    ],
  },
  {
    name: 'WinPopup',
    short: 'a message on workstations when a group moves',
    long: 'Sends a message to Windows workstations when the resources of its group come and when they go.',
    parameters: [optional('hostfile', 'workstationfile', 'The file with their names; hosts when nothing is said.')],
  },
  {
    name: 'Xinetd',
    short: 'a service of xinetd',
    long: 'Switches one service of a running xinetd on and off.',
    parameters: [needed('service', 'service', 'The name of its file in /etc/xinetd.d.')],
  },
  passedOn('ICP', 'an ICP Vortex host drive', [
    needed('driveid', 'drive', 'The number of the cluster drive.'),
    needed('device', 'device', 'Its device.'),
  ]),
  passedOn('LinuxSCSI', 'a SCSI device', [
    needed('scsi', 'host:channel:target[:lun]', 'Where the device is attached.'),
  ]),
  passedOn('ServeRAID', 'a merge group of a ServeRAID adapter', [
    needed('serveraid', 'adapter', 'The number of the adapter.'),
    needed('mergegroup', 'mergegroup', 'The number of the shared merge group.'),
  ]),
  passedOn('WAS', 'a WebSphere application server', [
    optional('config', 'configuration|port', 'Its file, or the port of the snoop servlet of the advanced edition.'),
  ]),
  passedOn('db2', 'a DB2 instance', [needed('instance', 'owner', 'The user whom the instance belongs to.')]),
  passedOn('ids', 'an Informix server', [
    optional('informixdir', 'directory', 'INFORMIXDIR; given with the two others or not at all.'),
    optional('informixserver', 'server', 'INFORMIXSERVER.'),
    optional('onconfig', 'onconfig', 'ONCONFIG.'),
  ]),
  {
    name: 'realserver',
    short: 'a virtual address on a web server behind a director',
    long: 'Puts the address of a service with direct routing on lo or a dummy device, and keeps quiet about it.',
    parameters: [needed('address', 'address[/device]', 'The virtual address, and lo (the default) or a dummy device.')],
  },
];

export const SERVICE_DESCRIPTIONS: Readonly<Record<string, Description>> = Object.fromEntries(
  LIST.map((description) => [description.name, description]),
);
