/** Numbers as a person reads them. */

/** A time or a length: `0.42 s`, `63.1 s`. */
export const formatMs = (ms: number): string =>
  ms < 10_000 ? `${(ms / 1000).toFixed(2)} s` : `${(ms / 1000).toFixed(1)} s`

/** A small length: `12.3 ms`. */
export const formatShortMs = (ms: number): string => `${ms.toFixed(1)} ms`

/** How large something is: `3.4 MB`. */
export const formatBytes = (bytes: number): string =>
  bytes < 1_000_000 ? `${Math.ceil(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`

/** How many there are of something: `1 call`, `2 calls`. */
export const countOf = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`
