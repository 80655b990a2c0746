/** How a measurement is run on each runtime, as a process of its own. */
import { spawn } from 'node:child_process'
import process from 'node:process'
import { createInterface } from 'node:readline'

export const RUNTIMES = { node: ['node'], bun: ['bun'], deno: ['deno', 'run', '-A'] } as const

export type RuntimeName = keyof typeof RUNTIMES

export const runtimeNames: readonly RuntimeName[] = ['node', 'bun', 'deno']

/** Runs a program to its end; gives what it wrote to stdout. Rejects with what it complained of when it fails. */
export const run = async (command: readonly string[], variables = {}): Promise<string> => {
  const child = start(command, variables)
  let output = ''
  child.process.stdout.setEncoding('utf8').on('data', (text) => output += text)
  await child.ended
  return output
}

/** A program that goes on until its stdin is closed. */
export type Running = Readonly<{ firstLine: string; pid: number; stop: () => Promise<void> }>

/** Starts a program and waits for its first line. It is stopped by the end of its stdin, or by a signal. */
export const startUntilStopped = async (
  command: readonly string[],
  variables = {},
  signal?: NodeJS.Signals,
): Promise<Running> => {
  const child = start(command, variables)
  const firstLine = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.process.stdout }).once('line', resolve)
    child.ended.then(() => reject(new Error(`${command.join(' ')} said nothing`)), reject)
  })
  return {
    firstLine,
    pid: child.process.pid ?? 0,
    stop: () => {
      if (signal) child.process.kill(signal)
      else child.process.stdin.end()
      return child.ended
    },
  }
}

const start = ([file, ...flags]: readonly string[], variables: Record<string, string>) => {
  const child = spawn(file, flags, { env: { ...process.env, ...variables } })
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text) => complaint += text)
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve()
      else reject(new Error(`${[file, ...flags].join(' ')} ended with ${code}\n${complaint}`))
    })
  })
  return { process: child, ended }
}
