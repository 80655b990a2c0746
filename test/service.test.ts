import { expect, test } from 'vitest'
import { parseEnvironment } from '../src/config/environment.ts'
import { ConfigError } from '../src/errors.ts'
import { silentLog } from '../src/log.ts'
import type { Runtime, ServeOptions } from '../src/runtime/runtime.ts'
import { startService } from '../src/service.ts'
import { createMemoryStore } from '../src/store/memory.ts'
import { noRecord } from '../src/store/open-record.ts'
import { createMemoryFiles } from './config/memory-files.ts'
import { createFakeClock } from './support/fake-clock.ts'

const CUSTOMER = `customer: Bright Smile Dental
numbers: ["+15005550006"]
agent: { instructions: You answer the phone. }
`

/** A service on a runtime that only writes down what it was asked for. */
const createStart = (serve: Runtime['serve'], customer = CUSTOMER) => {
  const files = createMemoryFiles({ 'config/customers/bright-smile.yaml': customer })
  const parsed = parseEnvironment({
    HOST: '127.0.0.1',
    PORT: '8080',
    TANDEM_CONFIG: 'config',
    TANDEM_DATA: 'data',
  })
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
  const store = createMemoryStore()
  let storeCloses = 0
  const start = () =>
    startService({
      runtime: {
        name: 'node',
        version: '0',
        serve,
        connect: () => {
          throw new Error('nobody calls')
        },
      },
      environment: parsed.environment,
      variables: {},
      model: { baseUrl: 'https://api.openai.com/v1', apiKey: 'sk-test' },
      files: {
        ...files,
        write: (path, content) => Promise.resolve(files.write(path, content)),
        appendLine: () => Promise.reject(new Error('nobody leaves a message')),
        blankLines: () => Promise.resolve(0),
      },
      store: {
        ...store,
        close: () => {
          storeCloses++
          return store.close()
        },
      },
      record: noRecord,
      mayRecord: false,
      onDrainAsked: () => {},
      clock: createFakeClock(),
      wallMs: () => 0,
      fetch: () => Promise.reject(new Error('nobody is asked')),
      log: silentLog,
    })
  return { files, start, storeCloses: () => storeCloses }
}

/** A server that listens at once; gives how it was asked to, and how often it was stopped. */
const createServer = () => {
  const asked: ServeOptions[] = []
  let stops = 0
  const serve: Runtime['serve'] = (options) => {
    asked.push(options)
    return Promise.resolve({ port: 8080, stop: () => Promise.resolve(void stops++) })
  }
  return { asked, serve, stops: () => stops }
}

test('a service listens where the environment says and watches its configuration', async () => {
  const { asked, serve } = createServer()
  const { start, files } = createStart(serve)
  const { url, publicUrl, config } = await start()
  expect(asked).toMatchObject([{ hostname: '127.0.0.1', port: 8080 }])
  expect([url, publicUrl]).toEqual(['http://127.0.0.1:8080', 'http://127.0.0.1:8080'])
  expect(config().customers.map(({ id }) => id)).toEqual(['bright-smile'])
  expect(files.watchers()).toBe(1)
})

test('a service that stops has no server, no watcher and no store left', async () => {
  const { serve, stops } = createServer()
  const { start, files, storeCloses } = createStart(serve)
  const service = await start()
  await service.stop()
  expect([stops(), files.watchers(), storeCloses()]).toEqual([1, 0, 1])
})

test('a service whose port is taken leaves nothing behind that would keep the process', async () => {
  const { start, files } = createStart(() => Promise.reject(new Error('address in use')))
  await expect(start()).rejects.toThrow('address in use')
  expect(files.watchers()).toBe(0)
})

test('a service does not listen with a mistake in its configuration', async () => {
  const { asked, serve } = createServer()
  const { start } = createStart(serve, 'customer: 7\n')
  await expect(start()).rejects.toBeInstanceOf(ConfigError)
  expect(asked).toEqual([])
})

test('a service answers who rings as soon as its port is open, once all of it is there', async () => {
  const early: (Response | Promise<Response>)[] = []
  const { start } = createStart(({ fetch }) => {
    early.push(fetch(new Request('http://127.0.0.1:8080/readyz'), { accept: () => new Response() }))
    return Promise.resolve({ port: 8080, stop: () => Promise.resolve() })
  })
  await start()
  const [response] = await Promise.all(early)
  expect([response.status, await response.text()]).toEqual([200, 'ready'])
})
