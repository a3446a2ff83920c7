/** What stands at /usr/sbin/ipvsadm inside a case: hands its arguments and input to the stand-in kernel of the case. */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';

const [, , socket = '', ...argv] = process.argv;
const input = argv[0] === '-R' ? readFileSync(0, 'utf8') : '';
const connection = connect(socket);
let answer = '';
connection.on('data', (chunk) => {
  answer += chunk.toString('utf8');
});
connection.on('end', () => {
  const { code, stdout, stderr } = JSON.parse(answer) as { code: number; stdout: string; stderr: string };
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  process.exitCode = code;
});
connection.end(JSON.stringify({ argv, input }));
