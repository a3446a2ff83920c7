/** What `check` says about servers that the nft engine will refuse. */
import { parseDirectorConfig } from '../../lib/ldirectord/config/parse.js';
import { nftMisfit } from '../../lib/ldirectord/engine-fit.js';

const misfit = (text: string) => {
  const facts = {
    host: () => undefined,
    port: () => undefined,
    appendError: () => undefined,
    isDirectory: () => true,
    hostname: 'director',
  };
  const { value, diagnostics } = parseDirectorConfig(text, 't.cf', facts);
  expect(diagnostics).toEqual([]);
  const isLocal = (address: string): boolean => address.startsWith('127.') || address === '10.0.0.1';
  return nftMisfit(value, isLocal, (line) => text.split('\n')[line - 1] ?? '');
};

const WEB = 'virtual=10.0.0.3:80\n    checktype=connect\n';

test('direct routing and tunnelling are told at their first line, with how many more there are', () => {
  const found = misfit(
    `${WEB}    real=192.168.0.1:80 masq\n    real=192.168.0.2->192.168.0.4:80 gate 5\n    real=192.168.0.9:80 ipip\n`,
  );
  expect(found).toMatchObject({ severity: 'warning', at: { file: 't.cf', line: 4 } });
  expect(found?.message).toMatch(/^gate needs ip_vs, .* refuse this one \(1 more such line\)$/);
  expect(found?.sourceLine.slice((found?.at.column ?? 0) - 1)).toHaveLength(found?.length ?? 0);
});

test('masq and servers on this host are fine, and a fallback counts like a real server', () => {
  expect(
    misfit(`${WEB}    real=192.168.0.1:80 masq\n    real=10.0.0.1:80 gate\n    fallback=127.0.0.1:80\n`),
  ).toBeUndefined();
  expect(misfit(`${WEB}    fallback=192.168.0.7:80 ipip\n`)?.message).toMatch(/^ipip needs ip_vs.* refuse this one$/);
});
