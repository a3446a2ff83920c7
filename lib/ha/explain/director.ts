/** The configurations, virtuals and real servers of ldirectord, each as its file and its daemon have it. Pure. */
import { spanText } from '../../ldirectord/cli/status-table.js';
import type { DirectorConfig, Real, Virtual } from '../../ldirectord/config/model.js';
import type { LiveStatus, RealStatus, VirtualStatus } from '../../ldirectord/live-status.js';
import { realName, serviceId, serviceName } from '../../ldirectord/names.js';
import type { Decision, Part } from './explanation.js';
import { decisionAt, directorDecision, type Files } from './files.js';
import { groupsOf, type Scene } from './scene.js';

/** A configuration of ldirectord with what its daemon says, each as far as it is known. */
export interface Director {
  readonly file: string;
  readonly config: DirectorConfig | undefined;
  readonly live: LiveStatus | undefined;
  /** Why there is no live state, or why it is not to be believed. */
  readonly problem: string | undefined;
}

/** A virtual with its two sides. */
export interface Service {
  readonly director: Director;
  readonly id: string;
  /** `10.0.0.3:80`, or the mark. */
  readonly name: string;
  readonly written: Virtual | undefined;
  readonly live: VirtualStatus | undefined;
}

export interface Server {
  readonly service: Service;
  /** `192.168.0.1:80`. */
  readonly name: string;
  readonly written: Real | undefined;
  readonly live: RealStatus | undefined;
}

const NOT_RUNNING = 'it does not run here';

/** Every configuration that is known: by its daemon, by its file, or by both. */
export const directorsOf = ({ status, files }: Scene): readonly Director[] => {
  const running = status.directors.map(({ name, heard }): Director => {
    const live = heard.snapshot ?? undefined;
    const file = live?.config ?? files.directors.find(({ path }) => path.endsWith(`/${name}`))?.path ?? name;
    const problem =
      heard.snapshot === null
        ? heard.problem
        : heard.stale
          ? `it has not answered for ${spanText(heard.age)}, so this may be out of date`
          : undefined;
    return { file, config: files.directors.find(({ path }) => path === file), live, problem };
  });
  const others = files.directors.filter(({ path }) => !running.some(({ file }) => file === path));
  return [
    ...running,
    ...others.map((config): Director => ({ file: config.path, config, live: undefined, problem: NOT_RUNNING })),
  ];
};

export const servicesOf = (director: Director): readonly Service[] => {
  const { config, live } = director;
  const written = config?.virtuals ?? [];
  const known = (live?.virtuals ?? []).map(
    (one): Service => ({
      ...{ director, id: one.id, name: one.service, live: one },
      written: written.find(({ key }) => serviceId(key) === one.id),
    }),
  );
  const rest = written.filter(({ key }) => !known.some(({ id }) => id === serviceId(key)));
  return [
    ...known,
    ...rest.map(
      (one): Service => ({
        director,
        id: serviceId(one.key),
        name: serviceName(one.key),
        written: one,
        live: undefined,
      }),
    ),
  ];
};

export const serversOf = (service: Service): readonly Server[] => {
  const live = service.live?.reals ?? [];
  const written = service.written?.reals ?? [];
  // A name that only the resolver knows: then the place in the list tells which is which.
  const sameLength = live.length === written.length;
  const known = live.map(
    (one, index): Server => ({
      ...{ service, name: one.server, live: one },
      written: written.find((real) => realName(real) === one.server) ?? (sameLength ? written[index] : undefined),
    }),
  );
  if (service.live !== undefined) return known;
  return written.map((one): Server => ({ service, name: realName(one), written: one, live: undefined }));
};

/** The word by which the file calls a real server: `web1:80`, `192.168.6.2->192.168.6.5:80`. */
export const wordOf = ({ lines }: Files, { written }: Server): string | undefined => {
  if (written === undefined) return undefined;
  const line = lines.get(written.at.file)?.[written.at.line - 1] ?? '';
  return /^\s*real6?\s*=\s*(\S+)/.exec(line)?.[1];
};

/** The line that sets a directive for a virtual. */
export const directive = (scene: Scene, { director, written }: Service, name: string): Decision =>
  directorDecision(scene.files, director.file, name, written?.at.line);

/** The line of a real server. */
export const placeOf = (scene: Scene, { written }: Server): readonly Decision[] =>
  written === undefined ? [] : [decisionAt(scene.files, written.at.file, written.at.line, 'real')];

/** The line of a virtual. */
export const virtualPlace = (scene: Scene, { written }: Service): readonly Decision[] =>
  written === undefined ? [] : [decisionAt(scene.files, written.at.file, written.at.line, 'virtual')];

/** ldirectord does not answer: often because it runs where its group is. */
export const silence = (scene: Scene, { director }: Service): Part => {
  const { problem, file } = director;
  if (problem === undefined) return {};
  const group = groupsOf(scene).find(({ resources }) =>
    resources.some(
      ({ agent, args }) => agent.startsWith('ldirectord') && (args[0] === undefined || file.endsWith(args[0])),
    ),
  );
  const elsewhere: Part =
    group?.place === 'there'
      ? {
          because: ['It is a resource of a group that is on the other node: there it runs.'],
          decidedBy: [group.decision],
          wouldChange: ['Ask on the other node.'],
        }
      : {};
  const start = [`Start ldirectord for ${file}, or the group that it belongs to; its log says why it does not run.`];
  return {
    because: [`ldirectord for ${file}: ${problem}.`, ...(elsewhere.because ?? [])],
    decidedBy: elsewhere.decidedBy ?? [],
    wouldChange: elsewhere.wouldChange ?? start,
  };
};
