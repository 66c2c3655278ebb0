// Drives a whole life of a job through `closecheck serve` with the official JavaScript client, of any major version:
// `node life.js PROGRAM FOLDER MAJOR VERSION open|secured|tls`. FOLDER has principals.yaml, certificate.pem and key.pem.
'use strict'

const assert = require('assert')
const fs = require('fs')
const path = require('path')
const { serve, until, refused } = require('./served.js')

const [program, folder, majorText, version, manner] = process.argv.slice(2)
const major = Number(majorText)
const { Client } = require(`client-${major}`)

/** What a client of this major calls things, and what its server does in its own way. */
const has = {
  bodies: major < 8, // parameters of the body come apart, and answers with all that came along
  types: major < 7,
  refusesReferredJob: major < 7 // to delete it; else its datafeed goes along
}
const begin = 1500000000000
const span = 60000
const config = {
  description: 'by the official client',
  groups: ['flights'],
  analysis_config: {
    bucket_span: '1m',
    detectors: [{ function: 'mean', field_name: 'responsetime', by_field_name: 'airline' }]
  },
  data_description: { time_field: 'timestamp', time_format: 'epoch_ms' }
}

/** An API of the client as a function of path, body and query, whose answer is the body. */
function plain (api, names) {
  const out = {}
  for (const name of names)
    out[name] = (at = {}, body = undefined) => has.bodies
      ? api[name](body === undefined ? at : { ...at, body }).then(answer => answer.body)
      : api[name]({ ...at, ...body })
  return out
}

function apis (client) {
  const ml = has.types ? client.xpack.ml : client.ml
  return {
    ml: {
      ...plain(ml, ['putJob', 'openJob', 'closeJob', 'flushJob', 'getJobs', 'getJobStats', 'updateJob', 'deleteJob',
        'getBuckets', 'getRecords', 'getInfluencers', 'getOverallBuckets', 'getModelSnapshots', 'updateModelSnapshot',
        'revertModelSnapshot', 'deleteModelSnapshot', 'putDatafeed', 'startDatafeed', 'stopDatafeed', 'getDatafeeds',
        'getDatafeedStats', 'updateDatafeed', 'previewDatafeed', 'deleteDatafeed', 'info', 'forecast']),
      postData: (job, data) => plain(ml, ['postData']).postData({ job_id: job }, has.bodies ? data : { data })
    },
    indices: plain(client.indices, ['create', 'exists', 'refresh', 'delete']),
    ...plain(client, ['info', 'count', 'search']),
    bulk: operations => plain(client, ['bulk']).bulk({ refresh: true }, has.bodies ? operations : { operations })
  }
}

/** Two records a minute, and one minute that is far from usual. */
function records (from, count) {
  const out = []
  for (let i = from; i < from + count; i++) {
    for (const airline of ['AAL', 'JZA']) {
      out.push({ timestamp: begin + i * span + 1000, airline, responsetime: i === 30 && airline === 'AAL' ? 9000 : 100 + i % 3 })
    }
  }
  return out
}

const stateOf = async (ml, id) => (await ml.getJobStats({ job_id: id })).jobs[0].state

async function createOpenPost (ml, id) {
  const created = await ml.putJob({ job_id: id }, config)
  assert.strictEqual(created.job_id, id)
  assert.deepStrictEqual(created.groups, ['flights'])
  await refused(ml.putJob({ job_id: id }, config), 400, 'resource_already_exists_exception')
  await refused(ml.putJob({ job_id: 'Bad Id' }, config), 400, 'illegal_argument_exception')
  await refused(ml.postData(id, records(0, 1)), 409, 'status_exception')
  assert.strictEqual((await ml.openJob({ job_id: id }, has.types ? undefined : { timeout: '20s' })).opened, true)
  const posted = await ml.postData(id, records(0, 40))
  assert.strictEqual(posted.processed_record_count, 80)
  assert.strictEqual(posted.processed_field_count, 160)
  const flushed = await ml.flushJob({ job_id: id }, { calc_interim: true })
  assert.strictEqual(flushed.flushed, true)
  assert.strictEqual(flushed.last_finalized_bucket_end, begin + 39 * span)
}

async function readInterim (ml, id) {
  const stats = (await ml.getJobStats({ job_id: id })).jobs[0]
  assert.strictEqual(stats.state, 'opened')
  assert(stats.node)
  const interim = await ml.getBuckets({ job_id: id }, { sort: 'timestamp', desc: true, page: { from: 0, size: 1 } })
  assert.strictEqual(interim.count, 40)
  assert.strictEqual(interim.buckets[0].is_interim, true)
  assert.strictEqual((await ml.getBuckets({ job_id: id }, { exclude_interim: true })).count, 39)
  const found = await ml.getRecords({ job_id: id }, { record_score: 50, sort: 'record_score', desc: true })
  assert.strictEqual(found.count, 1)
  assert.strictEqual(found.records[0].by_field_value, 'AAL')
  assert.strictEqual(found.records[0].timestamp, begin + 30 * span)
  assert.strictEqual(found.records[0].actual[0], 9000)
  assert.strictEqual((await ml.getInfluencers({ job_id: id })).count, 0)
  assert((await ml.getOverallBuckets({ job_id: id }, { top_n: 1 })).count > 0)
  assert((await ml.info()).defaults)
}

async function closeAndReopen (ml, id) {
  assert.deepStrictEqual(await ml.closeJob({ job_id: id, timeout: '20s' }), { closed: true })
  assert.strictEqual(await stateOf(ml, id), 'closed')
  await refused(ml.postData(id, records(40, 1)), 409, 'status_exception')
  const snapshots = await ml.getModelSnapshots({ job_id: id })
  assert.strictEqual(snapshots.count, 1)
  const snapshot = snapshots.model_snapshots[0].snapshot_id
  assert.strictEqual((await ml.getJobs({ job_id: id })).jobs[0].model_snapshot_id, snapshot)
  const renamed = await ml.updateModelSnapshot({ job_id: id, snapshot_id: snapshot }, { description: 'mine', retain: true })
  assert.strictEqual(renamed.model.description, 'mine')
  await refused(ml.deleteModelSnapshot({ job_id: id, snapshot_id: snapshot }), 400, 'illegal_argument_exception')
  await ml.openJob({ job_id: id })
  await ml.postData(id, records(40, 5))
  assert.deepStrictEqual(await ml.closeJob({ job_id: 'flights' }), { closed: true })
  const counts = (await ml.getJobStats({ job_id: id })).jobs[0].data_counts
  assert.strictEqual(counts.processed_record_count, 90)
  const page = await ml.getBuckets({ job_id: id, from: 10, size: 20 })
  assert.strictEqual(page.count, 44)
  assert.strictEqual(page.buckets.length, 20)
  assert.strictEqual(page.buckets[0].timestamp, begin + 10 * span)
  assert.strictEqual((await ml.getModelSnapshots({ job_id: id })).count, 2)
  const reverted = await ml.revertModelSnapshot({ job_id: id, snapshot_id: snapshot }, { delete_intervening_results: true })
  assert.strictEqual(reverted.model.snapshot_id, snapshot)
  assert.strictEqual((await ml.getBuckets({ job_id: id })).count, 39)
  await refused(ml.revertModelSnapshot({ job_id: id, snapshot_id: 'none' }), 404, 'resource_not_found_exception')
}

async function forceAndDelete (ml, id) {
  assert.strictEqual((await ml.updateJob({ job_id: id }, { description: 'another' })).description, 'another')
  await ml.openJob({ job_id: id })
  await refused(ml.openJob({ job_id: id }), 409, 'status_exception', /already been opened/)
  await refused(ml.deleteJob({ job_id: id }), 409, 'status_exception', /because the job is opened/)
  assert.deepStrictEqual(await ml.closeJob({ job_id: id, force: true, timeout: '10s' }), { closed: true })
  await until('the forced close', async () => (await stateOf(ml, id)) === 'closed')
  await refused(ml.closeJob({ job_id: 'nobody' }), 404, 'resource_not_found_exception')
  await refused(ml.closeJob({ job_id: id, timeout: 'soon' }), 400,
    has.bodies ? 'illegal_argument_exception' : 'x_content_parse_exception')
  assert.deepStrictEqual(await ml.deleteJob({ job_id: id }), { acknowledged: true })
  await refused(ml.getJobs({ job_id: id }), 404, 'resource_not_found_exception')
}

async function fillIndex (documents) {
  await documents.indices.create({ index: 'flights-1' })
  await refused(documents.indices.create({ index: 'flights-1' }), 400, 'resource_already_exists_exception')
  assert.strictEqual(await documents.indices.exists({ index: 'flights-1' }), true)
  assert.strictEqual(await documents.indices.exists({ index: 'flights-2' }), false)
  const operations = []
  const where = { _index: 'flights-1', ...(has.types ? { _type: 'doc' } : {}) }
  for (const record of records(0, 1000)) operations.push({ index: where }, record)
  const indexed = await documents.bulk(operations)
  assert.strictEqual(indexed.errors, false)
  assert.strictEqual(indexed.items.length, 2000)
  assert.strictEqual((await documents.count({ index: 'flights-1' })).count, 2000)
  const { hits } = await documents.search({ index: 'flights-1' },
    { query: { range: { timestamp: { gte: begin, lt: begin + 5 * span } } }, size: 3 })
  assert.strictEqual(has.types ? hits.total : hits.total.value, 10)
  assert.strictEqual(hits.hits.length, 3)
  assert(hits.hits[0]._source.airline)
}

/** A datafeed with an end reads what was indexed in bulk, and closes its job. */
async function feed (ml, documents) {
  await fillIndex(documents)
  await ml.putJob({ job_id: 'fed' }, config)
  const shown = await ml.putDatafeed({ datafeed_id: 'feed' },
    { job_id: 'fed', indices: ['flights-*'], ...(has.types ? { types: ['doc'] } : {}), query: { match_all: {} } })
  assert.strictEqual(shown.job_id, 'fed')
  await refused(ml.startDatafeed({ datafeed_id: 'feed' }), 409, 'status_exception')
  await ml.openJob({ job_id: 'fed' })
  await refused(ml.startDatafeed({ datafeed_id: 'feed', start: 5, end: 5 }), 400, 'action_request_validation_exception')
  const preview = await ml.previewDatafeed({ datafeed_id: 'feed' })
  assert.strictEqual(Array.isArray(preview) ? preview.length : preview, 1000)
  const started = await ml.startDatafeed({ datafeed_id: 'feed' }, { start: `${begin}`, end: `${begin + 900 * span}`, timeout: '10s' })
  assert.strictEqual(started.started, true)
  await until('the end of the datafeed', async () => (await stateOf(ml, 'fed')) === 'closed')
  assert.strictEqual((await ml.getDatafeedStats({ datafeed_id: 'feed' })).datafeeds[0].state, 'stopped')
  assert.strictEqual((await ml.getJobStats({ job_id: 'fed' })).jobs[0].data_counts.processed_record_count, 1800)
  await closeUnderFeed(ml)
  await ml.updateDatafeed({ datafeed_id: 'feed' }, { scroll_size: 500 })
  assert.strictEqual((await ml.getDatafeeds({ datafeed_id: 'feed' })).datafeeds[0].scroll_size, 500)
  if (has.refusesReferredJob) {
    await refused(ml.deleteJob({ job_id: 'fed' }), 409, 'status_exception', /refers to it/)
    await ml.deleteDatafeed({ datafeed_id: 'feed' })
  }
  await ml.deleteJob({ job_id: 'fed' })
  assert.strictEqual((await ml.getJobs()).count, 0)
  assert.strictEqual((await ml.getDatafeeds()).count, 0)
  await documents.indices.delete({ index: 'flights-1' })
}

/** A close stops a feed that runs, or is refused until that has been stopped. */
async function closeUnderFeed (ml) {
  await ml.openJob({ job_id: 'fed' })
  await ml.startDatafeed({ datafeed_id: 'feed' })
  if (has.types) {
    await refused(ml.closeJob({ job_id: 'fed' }), 409, 'status_exception', /datafeed/)
    assert.deepStrictEqual(await ml.stopDatafeed({ datafeed_id: 'feed' }, { timeout: '10s' }), { stopped: true })
  }
  assert.deepStrictEqual(await ml.closeJob({ job_id: 'fed' }), { closed: true })
  assert.strictEqual((await ml.getDatafeedStats({ datafeed_id: 'feed' })).datafeeds[0].state, 'stopped')
  assert.deepStrictEqual(await ml.stopDatafeed({ datafeed_id: 'feed' }, { force: true }), { stopped: true })
}

async function wholeLife (client, documents) {
  const { ml } = apis(client)
  assert.strictEqual((await apis(documents).info()).version.number, version)
  await createOpenPost(ml, 'life')
  await readInterim(ml, 'life')
  await closeAndReopen(ml, 'life')
  await forceAndDelete(ml, 'life')
  await feed(ml, apis(documents))
}

/** Who may what, as the client sees it. */
async function withSecurity (url, more) {
  const as = (username, password) => new Client({ node: url, auth: { username, password }, ...more })
  const admin = as('ml_admin', 'secret-1')
  const reader = as('ml_reader', 'secret-2')
  await wholeLife(admin, as('elastic', 'secret-4'))

  const security = client => plain(has.types ? client.xpack.security : client.security, ['authenticate', 'hasPrivileges'])
  assert.strictEqual((await security(admin).authenticate()).username, 'ml_admin')
  const privileges = await security(reader).hasPrivileges({}, { cluster: ['manage_ml', 'monitor_ml'] })
  assert.deepStrictEqual(privileges.cluster, { manage_ml: false, monitor_ml: true })
  const { ml } = apis(admin)
  await ml.putJob({ job_id: 'secured' }, config)
  await refused(apis(reader).ml.closeJob({ job_id: 'secured' }), 403, 'security_exception',
    /^action \[cluster:admin\/xpack\/ml\/job\/close\] is unauthorized for user \[ml_reader\]/)
  await refused(apis(as('nobody', 'secret-3')).ml.getJobs(), 403, 'security_exception')
  for (const client of [new Client({ node: url, ...more }), as('ml_admin', 'wrong'), as('nobody-at-all', 'wrong')]) {
    const unknown = await refused(apis(client).ml.closeJob({ job_id: 'secured' }), 401, 'security_exception')
    assert.match(`${unknown.meta.headers['www-authenticate']}`, /Basic realm=/)
  }
  await ml.deleteJob({ job_id: 'secured' })
}

async function main () {
  const profile = major < 7 ? 'xpack-6.3' : `es-${major}`
  const options = ['--profile', profile, '--product-version', version]
  if (manner !== 'open') options.push('--principals', path.join(folder, 'principals.yaml'))
  const [certificate, key] = ['certificate.pem', 'key.pem'].map(name => path.join(folder, name))
  if (manner === 'tls') options.push('--tls-certificate', certificate, '--tls-key', key)
  const trust = { ca: fs.readFileSync(certificate) }
  const more = manner !== 'tls' ? {} : major < 8 ? { ssl: trust } : { tls: trust }
  const service = await serve(program, options)
  try {
    if (manner !== 'open') return await withSecurity(service.url, more)
    const client = new Client({ node: service.url })
    await wholeLife(client, client)
  } finally {
    await service.end()
  }
}

main().catch(error => {
  console.error(error.meta ? `${error.stack}\n${JSON.stringify(error.meta.body)}` : error)
  process.exitCode = 1
})
