/** Rehearses in a test, with files that are only imagined. */
import { type DirectorFiles, readDirectorFiles } from '../../lib/rehearsal/director-files.js';
import { type RehearsalFiles, readRehearsalFiles } from '../../lib/rehearsal/files.js';
import { parseStory } from '../../lib/rehearsal/parse-story.js';
import { castOf, type Rehearsal, rehearse } from '../../lib/rehearsal/rehearse.js';
import { millis } from '../../lib/time.js';

export interface Scene {
  readonly haCf: string;
  readonly haResources: string;
  /** Other files in /etc/ha.d, by their paths; none: no ldirectord is played. */
  readonly files?: Readonly<Record<string, string>>;
  /** What --ldirectord-cf names. */
  readonly given?: string;
}

export interface Staged extends RehearsalFiles {
  readonly directors: DirectorFiles;
}

/** The files of a scene, all of them in order. */
export const staged = ({ haCf, haResources, files = {}, given }: Scene): Staged => {
  const read = readRehearsalFiles({ path: 'ha.cf', text: haCf }, { path: 'haresources', text: haResources });
  if (!('config' in read)) throw new Error(read.map(({ message }) => message).join('\n'));
  const file = given === undefined ? undefined : { path: 'ldirectord.cf', text: given };
  const directors = readDirectorFiles(read.groups, '/etc/ha.d/haresources', file, (path) => files[path]);
  if (!('files' in directors)) throw new Error(directors.map(({ message }) => message).join('\n'));
  return { ...read, directors };
};

/** Plays a story that is understood. */
export const playIn = (scene: Scene, text: string, seed = 1): Rehearsal => {
  const files = staged(scene);
  const { value, diagnostics } = parseStory(text, 'story', castOf(files));
  if (diagnostics.length > 0) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return rehearse({ ...files, story: value, seed, scriptTime: millis(1_000) });
};
