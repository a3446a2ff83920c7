/** The uuids of the nodes: learnt from their packets, and what is odd about them said clearly (heartbeat reference 11.1, no. 9). */
import { bytes, type Message } from '../wire/message.js';
import { sayRarely } from './refusals.js';
import type { NodeState } from './state.js';
import { say, type Turn, updateNode } from './turn.js';

const LENGTH = 16;

/** Whether both are the same; an unknown one is like no other. */
export const isSameUuid = (one: Uint8Array | undefined, other: Uint8Array): boolean =>
  one?.length === other.length && one.every((byte, index) => byte === other[index]);

/** The usual spelling, `92fe982d-feda-4989-a879-cca97fa72ea3`. */
export const uuidText = (uuid: Uint8Array): string =>
  Buffer.from(uuid)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.*)$/, '$1-$2-$3-$4-$5');

/** The uuid in a packet that has been believed; names decide who is who, a uuid only says where messages go. */
export const learnUuid = (turn: Turn, node: NodeState, message: Message): Turn => {
  const uuid = bytes(message, 'srcuuid');
  if (uuid === undefined || uuid.length !== LENGTH || isSameUuid(node.uuid, uuid) || !uuid.some((byte) => byte !== 0))
    return turn;
  const known = updateNode(turn, node.name, { uuid, formerUuid: node.uuid });
  if (isSameUuid(turn.state.settings.uuid, uuid)) {
    return sayRarely(known, `clone ${node.name}`, 'ERROR', [
      `Node ${node.name} has the same uuid as this node (${uuidText(uuid)}), was its disk copied? Stop heartbeat on one of the two, remove /var/lib/heartbeat/hb_uuid there, and start it again.`,
    ]);
  }
  const other = [...turn.state.nodes.values()].find((one) => one.name !== node.name && isSameUuid(one.uuid, uuid));
  if (other !== undefined) {
    return sayRarely(known, `uuid ${node.name}`, 'WARN', [
      `nodename ${other.name} uuid changed to ${node.name}`,
      `Nodes ${other.name} and ${node.name} have the same uuid (${uuidText(uuid)}): remove /var/lib/heartbeat/hb_uuid on one of them and restart heartbeat there.`,
    ]);
  }
  if (node.uuid !== undefined && node.formerUuid !== undefined && isSameUuid(node.formerUuid, uuid)) {
    return sayRarely(known, `twins ${node.name}`, 'ERROR', [
      `Two machines call themselves ${node.name} (uuids ${uuidText(node.uuid)} and ${uuidText(uuid)}). Give one of them another name (uname -n, or /etc/ha.d/nodeinfo).`,
    ]);
  }
  return node.uuid === undefined
    ? known
    : say(known, 'info', `node ${node.name} changed its uuid to ${uuidText(uuid)}`);
};

/** Whether the message is from a machine that has our name and yet is not this one. */
export const isImpostor = (turn: Turn, message: Message): boolean => {
  const uuid = bytes(message, 'srcuuid');
  return uuid !== undefined && uuid.length === LENGTH && !isSameUuid(turn.state.settings.uuid, uuid);
};
