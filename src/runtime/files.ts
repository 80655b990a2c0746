/** The files of this machine, the same on the three runtimes by `node:fs`. */
import { watch as watchFolder } from 'node:fs'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Reads a text file; undefined when there is none. Rejects when it cannot be read. */
export const read = (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').catch(whenMissing(undefined))

/** Reads a text file that must be there; rejects when it is not. */
export const readText = (path: string | URL): Promise<string> => readFile(path, 'utf8')

/** Reads a file that must be there; rejects when it is not. */
export const readBytes = async (path: string | URL): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await readFile(path))

/** Lists the names in a folder; empty when there is no such folder. */
export const list = (folder: string): Promise<readonly string[]> =>
  readdir(folder).catch(whenMissing([]))

/**
 * Writes a file and the folders it needs, readable by the owner alone if it is private. The file is whole at every moment: it
 * is written beside and then moved.
 */
export const write = async (
  path: string,
  content: string | Uint8Array,
  { isPrivate = false } = {},
): Promise<void> => {
  await mkdir(dirname(path), { recursive: true })
  const beside = `${path}.new`
  await writeFile(beside, content, { mode: isPrivate ? 0o600 : 0o644 })
  await rename(beside, path)
}

/**
 * Calls `onChange` when anything in a folder or below it may have changed. The runtimes report too much and in different words,
 * so it only means: look again. A folder that is not there is not watched.
 */
export const watch = (folder: string, onChange: () => void): () => void => {
  try {
    const watcher = watchFolder(folder, { recursive: true }, onChange)
    watcher.on('error', onChange)
    return () => watcher.close()
  } catch {
    return () => {}
  }
}

const whenMissing = <Value>(value: Value) => (error: unknown): Value => {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return value
  throw error
}
