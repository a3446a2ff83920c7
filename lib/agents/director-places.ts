/** Where the agent ldirectord looks for the file that its argument names (ldirectord reference 1.3). Pure. */

/** The paths in their order, never none; `folder` is /etc/ha.d, or what stands for it. */
export const directorPlaces = (word: string | undefined, folder: string): readonly [string, ...string[]] => {
  const file = word ?? 'ldirectord.cf';
  return file.startsWith('/') ? [file] : [`${folder}/${file}`, `${folder}/conf/${file}`];
};
