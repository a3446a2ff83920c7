/** ICMP echo: a socket for continuous probing, and a single question. */
export { type EchoOnceOptions, type EchoOutcome, echoOnce } from './echo-once.js';
export { type EchoRefusal, type EchoReply, type EchoSocket, openEchoSocket } from './echo-socket.js';
