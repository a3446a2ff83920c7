/**
 * A model of a genuine heartbeat 3.0.6 node, written from the heartbeat reference alone, for mixed clusters in the simulator.
 *
 * It has the habits that matter to a peer: a main loop that looks at the network up to half a second late, its own copy
 * of every message processed before that message is sent, the ten seconds of a joint start, and the restart after a
 * healed partition. It knows nothing of our own fields.
 */

import { contains, minus, mirrored, parseHolding, plus } from '../../lib/heartbeat/cluster/holdings.js';
import type { ClusterSettings, ClusterView, Holding } from '../../lib/heartbeat/cluster/interface.js';
import { UNKNOWN } from '../../lib/heartbeat/cluster/sequence.js';
import { type Message, text } from '../../lib/heartbeat/wire/message.js';
import type { MakeHost } from '../../lib/rehearsal/host.js';
import type { Now } from '../../lib/time.js';
import { GenuineMessaging, hexOf } from './genuine-messaging.js';

type Phase = 'INIT' | 'STARTING' | 'BOTHSTARTING' | 'RSCRCVD' | 'STABLE' | 'SHUTDOWN';
type Standby = 'NOT' | 'ME' | 'OTHER' | 'DONE';

class GenuinePeer extends GenuineMessaging {
  private status: 'init' | 'up' | 'active' = 'init';
  private dt: number;
  private asking = false;
  private commUp = false;

  private peerStatus = 'init';
  private peerHeard = false;
  private peerStatusAt = 0;
  private peerTimeout: number;

  private phase: Phase = 'INIT';
  private hold: Holding = 'none';
  private otherHold: Holding = 'none';
  private otherStable = false;
  private takeover = false;
  private failback = false;
  private standby: Standby = 'NOT';
  private standbyWhat: Holding = 'all';
  private standbyUntil = 0;
  private restarting = false;
  private stopping = false;

  constructor(settings: ClusterSettings, now: Now) {
    super(settings, now);
    this.dt = settings.deadtime + 2000;
    this.peerTimeout = settings.deadtime;
  }

  protected override stopOrdered(): void {
    this.stopping = true;
    this.tryStop();
  }

  protected override afterReading(): void {
    this.advance();
  }

  protected override peerIsDead(): boolean {
    return this.peerStatus === 'dead';
  }

  protected override peerRestarted(): void {
    if (this.peerStatus !== 'dead') this.peerStatusAt = this.now.mono;
  }

  override view(): ClusterView {
    const moving = this.takeover || this.standby !== 'NOT' || this.jobs.size > 0;
    const settled = this.phase === 'STABLE' || this.phase === 'SHUTDOWN' || this.phase === 'INIT';
    return {
      nodes: [],
      resources: settled && !moving && (this.otherStable || this.phase !== 'STABLE') ? this.hold : 'transition',
      communicationUp: this.commUp,
    };
  }

  private sendStatus(): void {
    this.send({ t: 'status', st: this.status, dt: this.dt.toString(16), protocol: '1' });
  }

  private report(stable: boolean, info?: string): void {
    this.send({
      t: 'resource',
      rsc_hold: this.hold,
      rtype: 'full',
      isstable: stable ? '1' : '0',
      ...(info === undefined ? {} : { info }),
    });
  }

  // --- start (reference 4.6, 5.4)

  protected override begin(): void {
    this.peerStatusAt = this.now.mono;
    this.sendStatus();
    this.status = 'up';
    this.sendStatus();
    this.sendStatus();
    const beat = (): void => {
      this.after('status', this.settings.keepalive, beat);
      this.sendStatus();
    };
    this.after('status', this.settings.keepalive, beat);
    this.after('extra', 5000, () => {
      if (this.restarting) return;
      this.dt = this.settings.deadtime;
      this.sendStatus();
    });
    const check = (): void => {
      this.after('check', 250, check);
      this.checkDead();
      this.advance();
      this.retry();
      this.request();
    };
    this.after('check', 250, check);
  }

  private advance(): void {
    if (this.commUp || (!this.peerHeard && this.peerStatus !== 'dead')) return;
    if (this.peerStatus === 'dead') {
      this.comeUp();
    } else if (!this.asking) {
      this.asking = true;
      const ask = (): void => {
        if (this.commUp || this.peerStatus === 'dead') return;
        this.after('ask', 1000, ask);
        this.send({ t: 'reqnodes', dest: this.peer });
      };
      ask();
    }
  }

  private comeUp(): void {
    this.commUp = true;
    this.status = 'active';
    this.log('info', "Local status now set to: 'active'");
    this.sendStatus();
    this.phase = 'STARTING';
    this.send({ t: 'starting' });
    if (this.peerStatus === 'dead') this.takeOver();
  }

  protected override process(packet: Message, own: boolean): void {
    switch (text(packet, 't')) {
      case 'status':
        if (!own) this.heardStatus(packet);
        return;
      case 'reqnodes':
        if (!own) {
          const nodelist = this.settings.nodes.map((name) => `${name} `).join('');
          this.send({ dest: this.peer, t: 'repnodes', nodelist, delnodelist: ' ' });
        }
        return;
      case 'repnodes':
        if (!own && !this.commUp) this.comeUp();
        return;
      case 'query-cstatus':
        if (!own) {
          const cn = text(packet, 'cn') ?? '';
          const answer = { result: 'OK', cn, to_id: text(packet, 'from_id') ?? '', cs: 'offline' };
          this.send({ t: 'respond-cstatus', dest: this.peer, ...answer });
        }
        return;
      case 'starting':
        if (!own) this.heardStarting();
        return;
      case 'resource':
        this.heardResource(packet, own);
        return;
      case 'ask_resources':
        this.heardStandby(text(packet, 'info') ?? '', parseHolding(text(packet, 'rsc_hold')) ?? 'all', own);
        return;
      case 'hb_takeover':
        if (!own) {
          const wanted = text(packet, 'rsc_hold');
          const what = wanted === 'local' ? 'foreign' : wanted === 'foreign' ? 'local' : 'all';
          this.send({ t: 'ask_resources', rsc_hold: what, info: 'me' });
        }
        return;
      case 'shutdone':
        this.heardShutdone(own);
        return;
      default:
        return;
    }
  }

  // --- node state (reference 5)

  private heardStatus(packet: Message): void {
    const seq = hexOf(text(packet, 'seq'));
    if (seq < this.peerStatusSeq) return;
    const interval = this.now.mono - this.peerStatusAt;
    if (this.peerHeard && interval > this.settings.deadtime && this.peerStatus !== 'dead') {
      this.log('CRIT', `Late heartbeat: Node ${this.peer}: interval ${interval} ms (> deadtime)`);
      this.markDead();
    }
    this.peerHeard = true;
    this.peerStatusSeq = seq;
    this.peerStatusAt = this.now.mono;
    this.peerTimeout = hexOf(text(packet, 'dt')) || this.peerTimeout;
    const st = text(packet, 'st') ?? '';
    if (st !== this.peerStatus) this.log('info', `Status update for node ${this.peer}: status ${st}`);
    this.peerStatus = st;
  }

  private checkDead(): void {
    const timeout = this.commUp ? this.peerTimeout : this.settings.initdead;
    if (this.peerStatus !== 'dead' && this.now.mono - this.peerStatusAt > timeout) this.markDead();
  }

  private markDead(): void {
    this.log('WARN', `node ${this.peer}: is dead`);
    this.peerStatus = 'dead';
    this.peerSequence = UNKNOWN;
    this.standby = 'NOT';
    const gaveUp = this.peerHeard && this.otherHold === 'none';
    this.send({ t: 'stonith', node: this.peer, result: gaveUp ? 'unneeded' : 'n_stnth' });
    if (this.phase !== 'SHUTDOWN' && this.commUp) this.takeOver();
    this.otherHold = 'none';
    this.otherStable = true;
  }

  protected override healed(): void {
    this.log('CRIT', `Cluster node ${this.peer} returning after partition.`);
    // reference 5.6: two seconds later everything is released and the daemon restarts itself.
    this.after('restart', 2000, () => {
      if (this.phase === 'SHUTDOWN') return;
      this.restarting = true;
      this.giveUp();
    });
  }

  private takeOver(): void {
    this.otherStable = true;
    this.otherHold = 'none';
    if (this.hold === 'all') return;
    this.log('info', `Resources being acquired from ${this.peer}.`);
    const ours = !contains(this.hold, 'local');
    this.hold = 'all';
    this.takeover = true;
    if (ours) this.job('acquire', 'local', () => this.report(true, 'req_our_resources()'));
    else this.report(true, 'req_our_resources()');
    this.job('acquire', 'foreign', () => this.send({ t: 'resource', rsc_hold: 'foreign', info: 'mach_down' }));
  }

  // --- resources (reference 6.3)

  private heardStarting(): void {
    if (this.phase === 'INIT' || this.phase === 'BOTHSTARTING') return;
    if (this.phase === 'STARTING') this.phase = 'BOTHSTARTING';
    this.otherStable = false;
    this.report(this.phase === 'STABLE');
  }

  private requestOurs(): void {
    if (contains(this.otherHold, 'foreign') || contains(this.hold, 'local')) return;
    this.hold = plus(this.hold, 'local');
    this.job('acquire', 'local', () => this.report(true, 'req_our_resources()'));
  }

  private heardResource(packet: Message, own: boolean): void {
    if (this.phase === 'INIT') return;
    if (this.phase === 'STARTING' || this.phase === 'BOTHSTARTING') {
      this.phase = 'RSCRCVD';
      this.after('clock', 10_000, () => {
        if (this.phase !== 'RSCRCVD') return;
        this.phase = 'STABLE';
        this.requestOurs();
        this.log('info', 'local resource transition completed.');
        this.report(true);
      });
    }
    const hold = parseHolding(text(packet, 'rsc_hold')) ?? 'none';
    const replaces = text(packet, 'rtype') === 'full' || hold === 'none';
    if (own) {
      if (text(packet, 'info') === 'mach_down') {
        this.takeover = false;
        this.hold = plus(this.hold, 'foreign');
        this.otherStable = true;
        this.failback = true;
        this.tryStop();
      }
      if (text(packet, 'info') === 'shutdown') this.phase = 'SHUTDOWN';
      return;
    }
    this.otherHold = replaces ? hold : plus(this.otherHold, hold);
    const stable = text(packet, 'isstable');
    if (stable === '1' && !this.otherStable) {
      this.otherStable = true;
      this.log('info', 'remote resource transition completed.');
      this.report(this.phase === 'STABLE');
      this.considerFailback();
    }
    if (stable === '0') this.otherStable = false;
    if (this.phase !== 'STABLE' && this.phase !== 'SHUTDOWN' && this.otherStable) {
      this.requestOurs();
      this.phase = 'STABLE';
      this.report(true);
      this.considerFailback();
    }
    this.tryStop();
  }

  private considerFailback(): void {
    if (!this.failback || this.settings.autoFailback !== 'on') return;
    if (this.phase !== 'STABLE' || !this.otherStable || !contains(this.hold, 'foreign')) return;
    if (this.standby !== 'NOT') {
      this.after('failback', 1000, () => this.considerFailback());
      return;
    }
    this.failback = false;
    this.send({ t: 'ask_resources', rsc_hold: 'foreign', info: 'me' });
  }

  // --- standby (reference 6.5)

  private heardStandby(info: string, what: Holding, own: boolean): void {
    this.retry();
    if (this.phase === 'SHUTDOWN') return;
    if (info === 'me') {
      if (this.standby !== 'NOT' || !this.otherStable || this.phase !== 'STABLE') return;
      this.standbyWhat = what;
      this.log('info', `${own ? this.settings.self : this.peer} wants to go standby [${what}]`);
      if (own) {
        this.otherStable = false;
        this.standby = 'ME';
        this.standbyUntil = this.now.mono + 10_000;
      } else {
        this.send({ t: 'ask_resources', rsc_hold: what, info: 'other' });
        this.standby = 'OTHER';
        this.standbyUntil = this.now.mono + 3_600_000;
      }
    } else if (this.standby === 'ME' && info === 'other' && !own) {
      this.standbyUntil = this.now.mono + 3_600_000;
      const moved = this.standbyWhat;
      this.hold = minus(this.hold, moved);
      this.report(false, 'standby');
      this.job('release', moved, () => this.send({ t: 'ask_resources', rsc_hold: moved, info: 'done' }));
    } else if (this.standby === 'ME' && info === 'done' && own) {
      this.standby = 'DONE';
      this.standbyUntil = this.now.mono + 3_600_000;
    } else if (this.standby === 'OTHER' && info === 'done' && !own) {
      this.standby = 'DONE';
      const moved = this.standbyWhat;
      this.job('acquire', mirrored(moved), () => this.send({ t: 'ask_resources', rsc_hold: moved, info: 'done' }));
    } else if (this.standby === 'DONE' && info === 'done') {
      this.standby = 'NOT';
      if (own) this.hold = plus(this.hold, mirrored(this.standbyWhat));
      this.report(true);
      this.tryStop();
    }
  }

  private retry(): void {
    if (this.standby === 'NOT' || this.now.mono < this.standbyUntil) return;
    this.standby = 'NOT';
    this.otherStable = true;
  }

  // --- leaving (reference 6.6, 6.7)

  private heardShutdone(own: boolean): void {
    if (own) {
      this.after('leave', 1000, () => {
        if (this.restarting) {
          this.dt = this.settings.deadtime + 30_000;
          this.sendStatus();
        }
        this.after('exit', 1000, () => this.effects.push({ type: 'exit', restart: this.restarting }));
      });
      return;
    }
    this.otherStable = true;
    this.otherHold = 'none';
    this.log('info', `Received shutdown notice from '${this.peer}'.`);
    this.standby = 'NOT';
    if (this.phase !== 'SHUTDOWN' && this.commUp) {
      if (this.phase !== 'STABLE') this.phase = 'STABLE';
      this.takeOver();
    }
  }

  private tryStop(): void {
    if (!this.stopping || this.phase === 'SHUTDOWN') return;
    if (this.phase !== 'STABLE' || !this.otherStable || this.takeover || this.standby !== 'NOT' || this.jobs.size > 0) {
      this.after('stop', 250, () => this.tryStop());
      return;
    }
    this.giveUp();
  }

  private giveUp(): void {
    this.hold = 'none';
    this.standby = 'NOT';
    this.phase = 'SHUTDOWN';
    this.log('info', 'Heartbeat shutdown in progress.');
    this.report(false, 'shutdown');
    this.job('release', 'every', () => this.send({ t: 'shutdone', st: 'dead' }));
  }
}

/** A node that runs the model. */
export const genuineHost: MakeHost = (settings, now) => new GenuinePeer(settings, now);
