/** The files of this machine, the same on the three runtimes by `node:fs`. */
import { watch as watchFolder } from 'node:fs'
import {
  appendFile,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { dirname } from 'node:path'

/** Reads a text file; undefined when there is none. Rejects when it cannot be read. */
export const read = (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').catch(whenMissing(undefined))

/** Reads a text file that must be there; rejects when it is not. */
export const readText = (path: string | URL): Promise<string> => readFile(path, 'utf8')

/** Reads a file that must be there; rejects when it is not. */
export const readBytes = async (path: string | URL): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await readFile(path))

/** Reads a file; undefined when there is none. Rejects when it cannot be read. */
export const readBytesIfThere = (path: string): Promise<Uint8Array<ArrayBuffer> | undefined> =>
  readBytes(path).catch(whenMissing(undefined))

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

/** Adds to the end of a file, and makes it and the folders it needs; readable by the owner alone. */
export const append = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(path), { recursive: true })
  await appendFile(path, text, { mode: 0o600 })
}

/** Removes a file; nothing happens when there is none. */
export const remove = (path: string): Promise<void> => rm(path, { force: true })

/** When a file was changed last, in ms since 1970; undefined when there is none. */
export const changedAt = (path: string): Promise<number | undefined> =>
  stat(path).then(({ mtimeMs }) => mtimeMs).catch(whenMissing(undefined))

/**
 * Adds a line to a file that only its owner reads, made with the folders it needs if it is not there. Resolves when the line is on
 * the disk.
 */
export const appendLine = async (path: string, line: string): Promise<void> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const file = await open(path, 'a+', 0o600)
  try {
    // After a crash the last line may be cut short; the new one must not become part of it.
    const { size } = await file.stat()
    const last = new Uint8Array(1)
    if (size > 0) await file.read(last, 0, 1, size - 1)
    const isCutShort = size > 0 && last[0] !== LINE_FEED
    await file.appendFile(`${isCutShort ? '\n' : ''}${line}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
}

const LINE_FEED = 10
const SPACE = 32

/**
 * Overwrites lines of a file with spaces, in place: whoever adds a line at that moment, in this process or another, loses nothing.
 * Gives how many there were once that is on the disk; none when there is no such file.
 */
export const blankLines = async (
  path: string,
  isGone: (line: string) => boolean,
): Promise<number> => {
  const file = await open(path, 'r+').catch(whenMissing(undefined))
  if (!file) return 0
  try {
    const bytes = await file.readFile()
    const decoder = new TextDecoder()
    let blanked = 0
    for (let start = 0; start < bytes.length;) {
      const found = bytes.indexOf(LINE_FEED, start)
      const end = found < 0 ? bytes.length : found
      const line = decoder.decode(bytes.subarray(start, end))
      if (line.trim() !== '' && isGone(line)) {
        await file.write(new Uint8Array(end - start).fill(SPACE), 0, end - start, start)
        blanked += 1
      }
      start = end + 1
    }
    if (blanked > 0) await file.sync()
    return blanked
  } finally {
    await file.close()
  }
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
