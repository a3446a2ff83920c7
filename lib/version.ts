/** What every command of ours prints for `--version`. */
export const SUITE_VERSION = 'ha-suite 0.1.0';
