/** Starts the service as a container of the image would, looks at it from outside, and stops it as a platform does. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { lstat, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import { type FolderImage, inRoot, run } from './folder-image.ts'

/** Takes one thing that must hold and whether it does; throws when not. */
export type Holds = (what: string, isTrue: boolean) => void

const DEADLINE_MS = 20_000

/** Proves an image. Rejects with the first thing that does not hold; the service is ended in any case. */
export const proveImage = async (
  image: FolderImage,
  runtime: string,
  holds: Holds,
): Promise<void> => {
  const { root, config, user } = image
  const port = await freePort()
  const command = commandOf(image, port)
  const before = await contentOf(image)
  holds('runs another command', await run(command.of('check'), command.quiet) === 0)
  const service = startService(command.of(...config.cmd), command.options)
  const end = () => void service.child.kill('SIGKILL')
  process.once('exit', end)
  try {
    const { event, runtime: name } = JSON.parse(await service.line('out', 'listening'))
    holds('listens', event === 'listening' && name === runtime)
    const url = `http://127.0.0.1:${port}`
    holds('is alive', (await ask(`${url}/healthz`)).status === 200)
    holds('takes calls', (await ask(`${url}/readyz`)).status === 200)
    holds('refuses what Twilio has not signed', (await forgeCall(url)).status === 403)
    const healthcheck = () => run(command.inImage(config.healthcheck), command.quiet)
    holds('is found alive by its own health check', await healthcheck() === 0)
    await changeConfig(join(root, config.workdir, 'config/tandem.yaml'))
    holds('takes a changed configuration', await service.line('err', 'config.reloaded') !== '')
    const secrets = await stat(join(inRoot(root, '/data'), 'secrets.json'))
    holds(
      'keeps its secrets in /data, for another user than root alone',
      secrets.uid === user.uid && secrets.uid !== 0 && (secrets.mode & 0o777) === 0o600,
    )
    service.child.kill('SIGTERM')
    holds('ends with 0 when it is told to', await service.exited() === 0)
    holds('is found dead by its own health check', await healthcheck() === 1)
    const written = (await contentOf(image)).filter((line) => !before.includes(line))
    const where = written.length === 0 ? '' : `: ${written.slice(0, 8).join(', ')}`
    holds(`has written nothing outside of /data${where}`, written.length === 0)
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${service.said()}`)
  } finally {
    end()
    process.off('exit', end)
  }
}

/** A command line in the image, and what it is started with. */
const commandOf = ({ root, config, user }: FolderImage, port: number) => {
  const inImage = (words: readonly string[]) => {
    const [program, ...rest] = words.map((word) => inRoot(root, word))
    // A program without a path is one of the base image.
    return [program.includes('/') ? program : join(root, 'usr/local/bin', program), ...rest]
  }
  const env = Object.entries(config.env).map(([name, value]) => [name, inRoot(root, value)])
  const options = {
    ...user,
    cwd: inRoot(root, config.workdir),
    env: {
      ...Object.fromEntries(env),
      // There is nothing else to run, and two places where nothing must be left.
      PATH: join(root, 'usr/local/bin'),
      HOME: join(root, 'home'),
      TMPDIR: join(root, 'tmp'),
      PORT: String(port),
      PUBLIC_URL: 'https://voice.example.com',
      OPENAI_API_KEY: 'sk-test',
      TWILIO_AUTH_TOKEN: 'a token of Twilio',
    },
  }
  return {
    inImage,
    of: (...words: readonly string[]) => inImage([...config.entrypoint, ...words]),
    options,
    quiet: { ...options, stdio: 'ignore' as const },
  }
}

type Service = Readonly<{
  child: ChildProcess
  /** Resolves with the first line that has this word. */
  line: (stream: 'out' | 'err', word: string) => Promise<string>
  exited: () => Promise<number | null>
  /** All that it has written. */
  said: () => string
}>

const startService = (
  [program, ...rest]: readonly string[],
  options: Parameters<typeof spawn>[2],
): Service => {
  const child = spawn(program, rest, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  const text = { out: '', err: '' }
  child.stdout?.setEncoding('utf8').on('data', (piece) => text.out += piece)
  child.stderr?.setEncoding('utf8').on('data', (piece) => text.err += piece)
  child.on('error', (error) => text.err += error.message)
  const exit = once(child, 'exit')
  const isOver = () => child.exitCode !== null || child.signalCode !== null
  return {
    child,
    line: (stream, word) =>
      until(`the service writes ${word}`, () => {
        const found = text[stream].split('\n').slice(0, -1).find((line) => line.includes(word))
        if (found === undefined && isOver()) throw new Error(`ended before it wrote ${word}`)
        return found
      }),
    exited: async () => {
      await until('the service ends', () => isOver() || undefined)
      const [code] = await exit
      return code
    },
    said: () => text.out + text.err,
  }
}

/** Looks again and again until there is something. */
const until = async <Value>(what: string, look: () => Value | undefined): Promise<Value> => {
  const deadline = performance.now() + DEADLINE_MS
  for (;;) {
    const found = look()
    if (found !== undefined) return found
    if (performance.now() > deadline) throw new Error(`not within ${DEADLINE_MS} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const ask = (url: string, init: RequestInit = {}): Promise<Response> =>
  fetch(url, { ...init, signal: AbortSignal.timeout(DEADLINE_MS) })

const forgeCall = (url: string): Promise<Response> =>
  ask(`${url}/twilio/voice`, {
    method: 'POST',
    headers: { 'x-twilio-signature': 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' },
    body: new URLSearchParams({ CallSid: 'CA0', To: '+15005550006', From: '+15550001111' }),
  })

const changeConfig = async (path: string): Promise<void> => {
  const text = await readFile(path, 'utf8')
  await writeFile(path, text.replace('capacity: 200', 'capacity: 100'))
}

/** Names, sizes and times of all that is in an image but the data, and but the file that we ourselves change. */
const contentOf = async ({ root, config }: FolderImage): Promise<readonly string[]> => {
  const ours = join(root, config.workdir, 'config/tandem.yaml')
  const data = config.volumes.map((path) => inRoot(root, path))
  const paths = (await readdir(root, { recursive: true })).map((path) => join(root, path))
    .filter((path) => path !== ours && !data.some((folder) => path.startsWith(folder)))
  return await Promise.all(
    paths.sort().map(async (path) => {
      const { size, mtimeMs } = await lstat(path)
      return `${path} ${size} ${mtimeMs}`
    }),
  )
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
