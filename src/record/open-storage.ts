/** The storage that the service file names, as it is at the moment: the file may be changed while the service runs. */
import type { StorageKeys } from '../config/environment.ts'
import type { Storage } from '../config/schema/storage.ts'
import { type Bucket, openBucket, type S3Options } from './s3.ts'
import { createStoredRecordings, type StoredRecordings } from './stored-recordings.ts'

export type OpenStorage = Readonly<{ bucket: Bucket; prefix: string; recordings: StoredRecordings }>

export type StorageOptions =
  & Readonly<{
    storage: () => Storage | undefined
    keys: StorageKeys | undefined
  }>
  & Pick<S3Options, 'fetch' | 'now' | 'signal'>

/** Gives what finds the storage; it finds none where none is named, or its keys are not there. */
export const createStorage = (options: StorageOptions): () => OpenStorage | undefined => {
  let named: Storage | undefined
  let opened: OpenStorage | undefined
  return () => {
    const { keys } = options
    const storage = options.storage()
    if (storage === named) return opened
    named = storage
    if (!storage || !keys) return opened = undefined
    const bucket = openBucket({ ...options, storage, keys })
    const { prefix } = storage
    return opened = { bucket, prefix, recordings: createStoredRecordings(bucket, prefix) }
  }
}
