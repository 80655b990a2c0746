/** The files of threads: in the source, and in what is built of it, they lie beside this folder and end as this file does. */

/** Gives the address of a file by its path in the source without its ending: `store/database-thread-worker`. */
export const threadFile = (path: string): URL => {
  const ending = /\.[jt]s$/.exec(import.meta.url)?.[0] ?? '.ts'
  return new URL(`../${path}${ending}`, import.meta.url)
}
