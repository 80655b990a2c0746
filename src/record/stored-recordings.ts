/**
 * The recordings in a storage that all machines share: `<prefix><customer>/<callSid>/<part>.wav`. A call that several machines held
 * has a part of each; its name comes of what is in it, so that a part which is sent again takes its own place.
 */
import type { Bucket, StoredObject } from './s3.ts'

export type StoredRecordings = Readonly<{
  /** The keys of what there is of a call, the first part first. */
  partsOf: (customer: string, callSid: string) => Promise<readonly string[]>
  link: Bucket['link']
  /** Deletes the recordings of calls; gives how many there were. */
  remove: (calls: readonly StoredCall[]) => Promise<number>
  /** Deletes what a customer has from before a time, in ms since 1970; gives how much it was. */
  removeBefore: (customer: string, before: number) => Promise<number>
}>

/** A call by what its recordings are named after. */
export type StoredCall = Readonly<{ customer: string; callSid: string }>

/** Gives access to the recordings in a bucket. */
export const createStoredRecordings = (
  bucket: Pick<Bucket, 'list' | 'remove' | 'link'>,
  prefix: string,
): StoredRecordings => {
  const removeAll = async (
    objects: AsyncIterable<StoredObject>,
    isMeant: (object: StoredObject) => boolean,
  ): Promise<number> => {
    let removed = 0
    for await (const object of objects) {
      if (!isMeant(object)) continue
      await bucket.remove(object.key)
      removed += 1
    }
    return removed
  }

  return {
    link: bucket.link,
    partsOf: async (customer, callSid) => {
      const parts: StoredObject[] = []
      for await (const object of bucket.list(partsPrefix(prefix, { customer, callSid }))) {
        parts.push(object)
      }
      return parts.toSorted((a, b) => a.changedAt - b.changedAt).map(({ key }) => key)
    },
    remove: async (calls) => {
      let removed = 0
      for (const call of calls) {
        removed += await removeAll(bucket.list(partsPrefix(prefix, call)), () => true)
      }
      return removed
    },
    removeBefore: (customer, before) =>
      removeAll(bucket.list(`${prefix}${customer}/`), ({ changedAt }) => changedAt < before),
  }
}

/** Where a recording goes; `start` is the first of its sound. */
export const partKey = async (
  prefix: string,
  call: StoredCall,
  start: Uint8Array<ArrayBuffer>,
): Promise<string> => {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', start))
  return `${partsPrefix(prefix, call)}${hash.subarray(0, 6).toHex()}.wav`
}

const partsPrefix = (prefix: string, { customer, callSid }: StoredCall): string =>
  `${prefix}${customer}/${callSid}/`
