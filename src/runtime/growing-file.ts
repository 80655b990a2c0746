/** A file that grows while it is written, by `node:fs`, the same on the three runtimes; and what has grown, read as it is. */
import { type FileHandle, mkdir, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

export type GrowingFile = Readonly<{
  /** How long it was when it was opened, and when it was changed last, in ms since 1970. */
  sizeBytes: number
  changedAt: number
  /** Writes all of it at a position; rejects when it cannot. */
  write: (bytes: Uint8Array, at: number) => Promise<void>
  /** Reads so many bytes from a position, fewer where it ends before. */
  read: (at: number, bytes: number) => Promise<Uint8Array>
  close: () => Promise<void>
}>

/** Opens a file to go on with it, or makes it, readable by its owner alone, and the folders it needs. */
export const openGrowing = async (path: string): Promise<GrowingFile> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const handle = await open(path, 'r+').catch(() => open(path, 'wx+', 0o600))
  const { size, mtimeMs } = await handle.stat()
  return {
    sizeBytes: size,
    changedAt: mtimeMs,
    write: (bytes, at) => writeAll(handle, bytes, at),
    read: (at, bytes) => readAll(handle, at, bytes),
    close: () => handle.close(),
  }
}

/** Changes the beginning of a file as its size asks for; it counts as changed when it was before. */
export const mendStart = async (
  path: string,
  length: number,
  mended: (start: Uint8Array, sizeBytes: number) => Uint8Array | undefined,
): Promise<boolean> => {
  const handle = await open(path, 'r+')
  try {
    const { size, atime, mtime } = await handle.stat()
    const start = new Uint8Array(length)
    await handle.read(start, 0, length, 0)
    const better = mended(start, size)
    if (!better) return false
    await writeAll(handle, better, 0)
    await handle.utimes(atime, mtime)
    return true
  } finally {
    await handle.close()
  }
}

/** How long a file is now, and when it was changed last. */
export type FileState = Readonly<{ sizeBytes: number; changedAt: number }>

/** Looks at a file; undefined when there is none. */
export const stateOfFile = (path: string): Promise<FileState | undefined> =>
  stat(path).then(
    ({ size, mtimeMs }) => ({ sizeBytes: size, changedAt: mtimeMs }),
    (error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
      throw error
    },
  )

/** Reads so many bytes of a file, fewer where it ends before. Rejects when there is none. */
export const readPiece = async (
  path: string,
  from: number,
  bytes: number,
): Promise<Uint8Array<ArrayBuffer>> => {
  const handle = await open(path, 'r')
  try {
    return await readAll(handle, from, bytes)
  } finally {
    await handle.close()
  }
}

/** Gives bytes of a file, from one up to and with another, piece by piece. Rejects when there is no such file. */
export const readGrowing = async (
  path: string,
  from: number,
  to: number,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> => {
  const handle = await open(path, 'r')
  let at = from
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: async (controller) => {
      try {
        const piece = new Uint8Array(Math.min(PIECE_BYTES, to + 1 - at))
        const { bytesRead } = await handle.read(piece, 0, piece.length, at)
        at += bytesRead
        if (bytesRead > 0) controller.enqueue(piece.subarray(0, bytesRead))
        if (bytesRead > 0 && at <= to) return
        await handle.close()
        controller.close()
      } catch (error) {
        await handle.close().catch(() => {})
        throw error
      }
    },
    cancel: () => handle.close(),
  })
}

const PIECE_BYTES = 65_536

const writeAll = async (handle: FileHandle, bytes: Uint8Array, at: number): Promise<void> => {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at + done)
    done += bytesWritten
  }
}

const readAll = async (
  handle: FileHandle,
  from: number,
  bytes: number,
): Promise<Uint8Array<ArrayBuffer>> => {
  const piece = new Uint8Array(bytes)
  let done = 0
  while (done < bytes) {
    const { bytesRead } = await handle.read(piece, done, bytes - done, from + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return piece.subarray(0, done)
}
