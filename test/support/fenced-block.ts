/** Files and command lines out of the pages of docs/. */

/** The text of the only fenced block with this language and what stands behind it. Throws when there is none, or another. */
export const fencedBlock = (page: string, language: string, path = ''): string => {
  const found = [...page.matchAll(/^```(\w+) ?(\S*)\n(.*?)^```$/gms)].filter(
    ([, itsLanguage, itsPath]) => itsLanguage === language && itsPath === path,
  );
  const [text] = found.map((match) => match[3]);
  if (text === undefined || found.length > 1) throw new Error(`${found.length} blocks of ${language} ${path}`);
  return text;
};
