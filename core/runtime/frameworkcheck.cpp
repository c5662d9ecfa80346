// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/runtime/frameworkcheck.h>

#include <core/runtime/runtime.h>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace cahier::runtime {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto timeLimit = 300s;
constexpr auto answerMark = "@cahier ";

/// Each framework in a process of its own: one that crashes does not hide the others. Nothing is allocated on
/// a GPU beyond what finding it takes.
constexpr auto checkCode = R"(
import json, subprocess, sys
codes = {
'torch': '''
import torch
count = torch.cuda.device_count() if torch.cuda.is_available() else 0
answer(torch.__version__, [torch.cuda.get_device_name(i) for i in range(count)],
       bool(torch.version.cuda or getattr(torch.version, 'hip', None)))
''',
'tensorflow': '''
import tensorflow as tf
found = tf.config.list_physical_devices('GPU')
answer(tf.__version__, [tf.config.experimental.get_device_details(d).get('device_name', d.name) for d in found],
       tf.test.is_built_with_cuda() or tf.test.is_built_with_rocm())
''',
'jax': '''
import jax
found = [d.device_kind for d in jax.devices() if d.platform != 'cpu']
import importlib.util
answer(jax.__version__, found,
       bool(found) or any(importlib.util.find_spec(m) for m in ('jax_cuda12_plugin', 'jax_cuda13_plugin', 'libtpu')))
''',
}
head = '''
import json
def answer(version, devices, built):
    print('\\n@cahier ' + json.dumps({'version': version, 'devices': devices, 'built': bool(built)}), flush=True)
'''
for name in sys.argv[1:]:
    said = {}
    try:
        run = subprocess.run([sys.executable, '-c', head + codes[name]], stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=90)
        text = run.stdout.decode('utf-8', 'replace')
        lines = [l for l in text.splitlines() if l.startswith('@cahier ')]
        if lines:
            said = json.loads(lines[-1][8:])
        else:
            last = text.strip().splitlines()[-1:] or ['it ended with status %d' % run.returncode]
            said = {'problem': last[0][:500]}
    except subprocess.TimeoutExpired:
        said = {'problem': 'it was not imported within 90 seconds'}
    said['name'] = name
    print('\n@cahier ' + json.dumps(said), flush=True)
)"_L1;

Command commandOf(const Environment& environment)
{
    return {QStringList{environment.interpreter, u"-c"_s, QString(checkCode)} +
                FrameworkCheck::frameworksOf(environment),
            {},
            {{u"TF_CPP_MIN_LOG_LEVEL"_s, u"2"_s},
             {u"TF_FORCE_GPU_ALLOW_GROWTH"_s, u"true"_s},
             {u"XLA_PYTHON_CLIENT_PREALLOCATE"_s, u"false"_s}}};
}

} // namespace

QStringList FrameworkCheck::frameworksOf(const Environment& environment)
{
    QStringList names;
    const auto has = [&](const QString& name) { return environment.packages.contains(name); };
    if (has(u"torch"_s)) names << u"torch"_s;
    if (has(u"tensorflow"_s) || has(u"tensorflow-cpu"_s)) names << u"tensorflow"_s;
    if (has(u"jax"_s)) names << u"jax"_s;
    return names;
}

FrameworkCheck::FrameworkCheck(Runtime& runtime, const Environment& environment, QObject* parent)
    : QObject(parent), m_process(runtime.run(commandOf(environment)))
{
    const auto refuse = [this] {
        end(failure(ErrorCode::Unsupported, u"This runtime runs no programs, so it cannot ask."_s));
    };
    if (!m_process) {
        QMetaObject::invokeMethod(this, refuse, Qt::QueuedConnection);
        return;
    }
    connect(m_process.get(), &Process::outputArrived, this, &FrameworkCheck::take);
    connect(m_process.get(), &Process::exited, this, [this](int status) {
        if (status == 0) return end({});
        end(failure(ErrorCode::Io, u"The check ended with status %1."_s.arg(status),
                    QString::fromUtf8(m_line)));
    });
    connect(m_process.get(), &Process::failed, this,
            [this](const Error& error) { end(std::unexpected(error)); });
    m_limit.setSingleShot(true);
    connect(&m_limit, &QTimer::timeout, this, [this] {
        end(failure(ErrorCode::Timeout, u"The frameworks were not imported within five minutes."_s));
    });
    m_limit.start(timeLimit);
}

FrameworkCheck::~FrameworkCheck() = default;

void FrameworkCheck::take(const QByteArray& bytes)
{
    m_line += bytes;
    qsizetype end = 0;
    while ((end = m_line.indexOf('\n')) >= 0 && !m_over) {
        const QByteArray line = m_line.first(end);
        m_line.remove(0, end + 1);
        if (const auto state = frameworkStateIn(line)) Q_EMIT found(*state);
    }
}

void FrameworkCheck::end(const Result<void>& result)
{
    if (std::exchange(m_over, true)) return;
    m_limit.stop();
    if (result)
        Q_EMIT finished();
    else
        Q_EMIT failed(result.error());
}

std::optional<FrameworkState> frameworkStateIn(const QByteArray& line)
{
    if (!line.startsWith(answerMark)) return std::nullopt;
    const QJsonObject answer = QJsonDocument::fromJson(line.sliced(qstrlen(answerMark))).object();
    if (answer.isEmpty()) return std::nullopt;
    FrameworkState state;
    state.name = answer[u"name"_s].toString();
    state.version = answer[u"version"_s].toString();
    state.builtForGpu = answer[u"built"_s].toBool();
    state.problem = answer[u"problem"_s].toString();
    for (const QJsonValue& device : answer[u"devices"_s].toArray())
        state.devices << device.toString();
    return state;
}

} // namespace cahier::runtime
