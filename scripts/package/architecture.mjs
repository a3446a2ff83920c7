/** The names that Debian and koffi have for the processor of this machine. */

const DEBIAN = {
  ...{
    x64: 'amd64',
    arm64: 'arm64',
    arm: 'armhf',
    ia32: 'i386',
    riscv64: 'riscv64',
    ppc64: 'ppc64el',
    loong64: 'loong64',
  },
};

/** Debian's name of the architecture; undefined: Debian has none for it. */
export const debianArchitecture = DEBIAN[process.arch];

/** The optional package that holds koffi's binary for Linux on this processor, and the file in it. */
export const koffiBinary = {
  package: `@koromix/koffi-linux-${process.arch}`,
  file: `linux_${process.arch}/koffi.node`,
};
