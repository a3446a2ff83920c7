/** A web server of the demonstration: answers every request on ports 80 and 443 with the article's word and its name. */
import { createServer } from 'node:http';

const [name = 'web', address = '0.0.0.0'] = process.argv.slice(2);

// The check of the article is a TCP connection, so port 443 need not speak TLS here.
for (const port of [80, 443]) {
  createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain', 'x-served-by': name, connection: 'close' });
    response.end('aaaa\n');
  }).listen(port, address);
}
