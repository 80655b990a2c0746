/**
 * Where the record waits while its database is away: files of JSON lines in the data folder, bounded, read again when the database
 * is back. What a process left behind when it died is found by the next one.
 */
import type { RecordWrite } from '../record/record.ts'

/** The files of this machine, as far as a journal needs them. */
export type JournalFiles = Readonly<{
  read: (path: string) => Promise<string | undefined>
  list: (folder: string) => Promise<readonly string[]>
  append: (path: string, text: string) => Promise<void>
  remove: (path: string) => Promise<void>
  changedAt: (path: string) => Promise<number | undefined>
}>

/** A file of writes that were not made, the oldest first. */
export type Waiting = Readonly<{
  writes: readonly RecordWrite[]
  /** Removes it; the writes have been made. */
  done: () => Promise<void>
}>

export type Journal = Readonly<{
  /** Adds writes and gives how many there was no room for. Rejects when the disk will not take them. */
  add: (writes: readonly RecordWrite[]) => Promise<number>
  /** Gives the oldest file, if there is one. */
  oldest: () => Promise<Waiting | undefined>
}>

export type JournalOptions = Readonly<{
  folder: string
  files: JournalFiles
  /** Names the files of this process. */
  name: string
  /** Milliseconds since 1970. */
  now: () => number
}>

/** What all files together may hold, and one of them. */
const ROOM_CHARS = 64 * 1024 * 1024
const FILE_CHARS = 4 * 1024 * 1024
/** A file that another process has left alone for so long is nobody's. */
const LEFT_MS = 60_000

/** Makes the journal of a process. */
export const createJournal = ({ folder, files, name, now }: JournalOptions): Journal => {
  let counter = 0
  let fileChars = 0
  let chars = 0
  const pathOf = (file: string) => `${folder}/${file}`
  const current = () => `record-${name}-${String(counter).padStart(6, '0')}.journal`

  const isReady = async (file: string): Promise<boolean> => {
    if (file.startsWith(`record-${name}-`)) return true
    const changedAt = await files.changedAt(pathOf(file))
    return changedAt !== undefined && now() - changedAt > LEFT_MS
  }

  return {
    add: async (writes) => {
      const lines = writes.map((write) => `${JSON.stringify(write)}\n`)
      const taken: string[] = []
      for (const line of lines) {
        if (chars + line.length > ROOM_CHARS) break
        chars += line.length
        taken.push(line)
      }
      const text = taken.join('')
      if (fileChars + text.length > FILE_CHARS) {
        counter++
        fileChars = 0
      }
      fileChars += text.length
      if (text !== '') await files.append(pathOf(current()), text)
      return lines.length - taken.length
    },
    oldest: async () => {
      const names = (await files.list(folder))
        .filter((file) => /^record-.*\.journal$/.test(file)).toSorted()
      for (const file of names) {
        if (!await isReady(file)) continue
        // Whatever is added from now on goes into another file.
        if (file === current()) {
          counter++
          fileChars = 0
        }
        const text = await files.read(pathOf(file)) ?? ''
        return {
          writes: text.split('\n').flatMap(parse),
          done: async () => {
            await files.remove(pathOf(file))
            chars = Math.max(0, chars - text.length)
          },
        }
      }
    },
  }
}

/** A journal that forgets: for what leaves nothing behind. */
export const noJournal: Journal = {
  add: (writes) => Promise.resolve(writes.length),
  oldest: () => Promise.resolve(undefined),
}

/** The last line of a process that died may be half a one. */
const parse = (line: string): readonly RecordWrite[] => {
  try {
    return line === '' ? [] : [JSON.parse(line)]
  } catch {
    return []
  }
}
