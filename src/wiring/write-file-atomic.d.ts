/** The part that we use of write-file-atomic 6, which ships no types of its own. */
declare module "write-file-atomic" {
  interface Options {
    /** For a new file; an existing one keeps its mode and owner. */
    readonly mode?: number;
  }
  const writeFileAtomic: {
    /** Writes a neighbour file, flushes it to the disk, and renames it over `path`. */
    sync(path: string, data: string | Buffer, options?: Options): void;
  };
  export default writeFileAtomic;
}
