/**
 * The little of a file system that the built-in model needs for what it ships with: clips and
 * scenarios. `src/runtime` implements it.
 */

/** Reads files by URL (`file:`); rejects when there is none. */
export type ModelFiles = Readonly<{
  readText: (file: URL) => Promise<string>
  readBytes: (file: URL) => Promise<Uint8Array>
}>
