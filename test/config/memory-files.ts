/** Config files in memory, which a test writes, removes and breaks, and which tell of it only when told to. */
import type { ConfigFiles } from '../../src/config/load.ts'

export type MemoryFiles =
  & ConfigFiles
  & Readonly<{
    write: (path: string, text: string) => void
    remove: (path: string) => void
    /** Makes a file, or the listing of a folder, fail from now on. */
    break: (path: string, message: string) => void
    mend: (path: string) => void
    /** Lets the next read of a file last until the returned release is called; it gives the text of its beginning. */
    hold: (path: string) => () => void
    /** Tells the watchers that something may have changed. */
    tell: () => void
    watchers: () => number
    /** Puts another folder in place of the one that is watched. */
    replaceFolder: () => void
    /** How often a file was read or a folder listed. */
    reads: () => number
  }>

export const createMemoryFiles = (texts: Readonly<Record<string, string>>): MemoryFiles => {
  const files = new Map(Object.entries(texts))
  const broken = new Map<string, string>()
  const held = new Map<string, Promise<void>>()
  const watchers = new Set<() => void>()
  let reads = 0

  const begin = (path: string) => {
    reads++
    const message = broken.get(path)
    if (message !== undefined) throw new Error(message)
  }
  const read = async (path: string) => {
    begin(path)
    const text = files.get(path)
    const release = held.get(path)
    held.delete(path)
    await release
    return text
  }
  return {
    read,
    document: async (path) => {
      const text = await read(path)
      return text === undefined ? undefined : { text, version: text }
    },
    list: async (folder) => {
      begin(folder)
      const inside = [...files.keys()].filter((path) => path.startsWith(`${folder}/`))
      return await Promise.resolve(inside.map((path) => path.slice(folder.length + 1)))
    },
    watch: (_folder, onChange) => {
      watchers.add(onChange)
      return () => watchers.delete(onChange)
    },
    replaceFolder: () => watchers.clear(),
    write: (path, text) => void files.set(path, text),
    remove: (path) => void files.delete(path),
    break: (path, message) => void broken.set(path, message),
    mend: (path) => void broken.delete(path),
    hold: (path) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      held.set(path, promise)
      return resolve
    },
    tell: () => watchers.forEach((onChange) => onChange()),
    watchers: () => watchers.size,
    reads: () => reads,
  }
}
