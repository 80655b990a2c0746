/**
 * Proves the Dockerfile where no container engine can: carries its steps out for each runtime, in empty folders and as another
 * user, then starts the service as the image would and looks at it from outside. `npm run test:docker`.
 *
 * A base image is stood for by its runtime from node_modules, and `npm` by the one of this machine.
 */
import { rmSync } from 'node:fs'
import { chmod, mkdtemp, readdir, readFile, realpath } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { contextNames, parseDockerfile } from './dockerfile.ts'
import { buildFolderImage, type FolderImage } from './folder-image.ts'
import { proveImage } from './prove-image.ts'

const RUNTIMES = ['bun', 'node', 'deno']
const repository = fileURLToPath(new URL('../../', import.meta.url))
const read = (name: string) => readFile(join(repository, name), 'utf8')

const main = async (): Promise<void> => {
  // Who runs us may keep files to himself; an image does not.
  process.umask(0o022)
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'tandem-image-'))
  await chmod(folder, 0o755)
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
  const counts = { passed: 0, failed: 0 }
  for (const runtime of RUNTIMES) {
    console.log(`\n${runtime}`)
    try {
      const image = await build(runtime, folder)
      const holds = (what: string, isTrue: boolean) => {
        if (!isTrue) throw new Error(`not so: ${what}`)
        counts.passed++
        console.log(`  ${what}`)
      }
      holds('needs no packages beside what was built', await hasNoPackages(image))
      await proveImage(image, runtime, holds)
    } catch (error) {
      counts.failed++
      console.log(`  FAILED: ${error instanceof Error ? error.message : error}`)
    }
  }
  console.log(`\n${counts.passed} passed, ${counts.failed} failed`)
  if (counts.failed > 0) process.exitCode = 1
}

const build = async (runtime: string, folder: string): Promise<FolderImage> =>
  buildFolderImage({
    dockerfile: parseDockerfile(await read('Dockerfile')),
    runtime,
    programOf,
    repository,
    names: contextNames(await read('.dockerignore')),
    folder,
  })

// Where the npm packages of the runtimes keep their programs.
const programOf = (baseImage: string): string => {
  const [name] = baseImage.split(':')
  const path = PROGRAMS[name]
  if (path === undefined) throw new Error(`no program stands for ${baseImage}`)
  return join(repository, 'node_modules', path)
}

const PROGRAMS: Readonly<Record<string, string>> = {
  'oven/bun': 'bun/bin/bun.exe',
  node: 'node/bin/node',
  'denoland/deno': 'deno/deno',
}

const hasNoPackages = async ({ root, config }: FolderImage): Promise<boolean> =>
  !(await readdir(join(root, config.workdir))).includes('node_modules')

await main()
