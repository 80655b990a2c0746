/** The files of threads: they lie beside this one and end as it does, in the source as in what is built of it. */

/** Gives the address of a file here by its name without its ending. */
export const threadFile = (name: string): URL => {
  const ending = /\.[jt]s$/.exec(import.meta.url)?.[0] ?? '.ts'
  return new URL(`./${name}${ending}`, import.meta.url)
}
