/** The machines of the scripted world: addresses, names and ports that generated configurations may use. */

export const REALS4 = [
  '192.168.0.1',
  '192.168.0.2',
  '192.168.0.3',
  '192.168.0.4',
  '192.168.0.5',
  '192.168.0.6',
] as const;
export const REALS6 = ['2001:db8:0:1::1', '2001:db8:0:1::2', '2001:db8:0:1::3'] as const;

/** Every address that stands for a real server. */
export const REALS: readonly string[] = [...REALS4, ...REALS6];

/** Where each of them listens. */
export const PORTS = [80, 8080, 8000] as const;

export const VIPS4 = ['10.0.0.3', '10.0.0.4', '10.0.0.5'] as const;
export const VIPS6 = ['2001:db8::5', '2001:db8::6'] as const;

/** Names that stand in /etc/hosts. */
export const NAMES: Readonly<Record<string, string>> = {
  'web6.example.test': '192.168.0.6',
  'web5.example.test': '192.168.0.5',
  'vip.example.test': '10.0.0.5',
  'six.example.test': '2001:db8:0:1::3',
};

/**
 * A virtual that ends every generated file and is left out of every comparison. Genuine checks strictly in the order of
 * the file, so a connection to its real server tells that a round is over. Each program finds a real server of its own
 * behind the name.
 */
export const PULSE = { virtual: '10.9.9.9:9', host: 'pulse.example.test', port: 9 } as const;
export const PULSE_ADDRESS = { genuine: '127.9.9.1', ours: '127.9.9.2' } as const;

/** The text of /etc/hosts for one side. */
export const hostsFile = (side: keyof typeof PULSE_ADDRESS): string =>
  [
    '127.0.0.1 localhost',
    '127.0.1.1 director',
    `${PULSE_ADDRESS[side]} ${PULSE.host}`,
    ...Object.entries(NAMES).map(([name, address]) => `${address} ${name}`),
    '',
  ].join('\n');
