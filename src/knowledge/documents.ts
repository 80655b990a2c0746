/**
 * Knowledge files for the configuration, as texts. The folder is read again whenever anything in it changes, so what was read of a
 * file is kept until the file itself is another.
 */
import type { Document } from '../config/knowledge.ts'
import { extractText, kindOfFile } from './extract.ts'

/** The slice of the file system that is used here. */
export type DocumentFiles = Readonly<{
  /** Reads a file; undefined when there is none. Rejects when it cannot be read. */
  readBytesIfThere: (path: string) => Promise<Uint8Array<ArrayBuffer> | undefined>
}>

/** The longest file that is read. */
const BYTES_MAX = 32 * 1024 * 1024

/** Adds to files the reading of documents. */
export const withDocuments = <Files extends DocumentFiles>(files: Files) => ({
  ...files,
  document: createDocuments(files),
})

/** Makes a reader of documents that reads a file anew only when it has changed. */
export const createDocuments = (files: DocumentFiles) => {
  const known = new Map<string, Document>()
  return async (path: string): Promise<Document | undefined> => {
    const bytes = await files.readBytesIfThere(path)
    if (bytes === undefined) {
      known.delete(path)
      return undefined
    }
    if (bytes.length > BYTES_MAX) throw new Error(`it is longer than ${BYTES_MAX >> 20} MiB`)
    const version = await digestOf(bytes)
    const before = known.get(path)
    if (before?.version === version) return before
    const document = { version, text: await extractText(kindOfFile(path), bytes) }
    known.set(path, document)
    return document
  }
}

const digestOf = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).toHex()
