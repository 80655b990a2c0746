/** What the kernel says about another process. Linux only: it is read from /proc. */
import { readFileSync } from 'node:fs'

export type Usage = Readonly<{
  /** User and system time of all its threads so far. The kernel counts in steps of 10 ms. */
  cpuMs: number
  residentKb: number
}>

/** Reads it; throws when there is no such process any more. */
export const usageOf = (pid: number): Usage => {
  // The name of the program, in parentheses, may hold blanks.
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
  const [userTicks, systemTicks] = fields.split(' ').slice(11, 13).map(Number)
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return {
    cpuMs: TICK_MS * (userTicks + systemTicks),
    residentKb: Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]),
  }
}

/** How long its first thread has had a core so far, in ms: what a start would take on a machine that does nothing else. */
export const firstThreadMs = (pid: number): number =>
  Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6

const TICK_MS = 10
