// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/jsonoutput.h>

#include <core/notebook/jsontext.h>
#include <widgets/outputs/background.h>
#include <widgets/outputs/savingfiles.h>

#include <QClipboard>
#include <QGuiApplication>

#include <nlohmann/json.hpp>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

constexpr size_t atOnce = 16 * 1024;
constexpr int mostRows = 5000; ///< shown whole: more scroll inside

QString formatted(const notebook::RawJson& json)
{
    std::string text;
    notebook::JsonStyle style;
    style.indent = "  ";
    notebook::appendFormatted(text, json.text(), style, {});
    return QString::fromStdString(text);
}

} // namespace

JsonOutput::JsonOutput(OutputServices& services, QWidget* parent)
    : BoundedOutput(services, parent), m_tree(new JsonTree(services.appearance, this))
{
    setFocusProxy(m_tree);
    connect(m_tree, &JsonTree::rowsChanged, this, [this] { contentsChanged(); });
}

bool JsonOutput::setOutput(const notebook::Output& output, const QString& mimeType)
{
    clear();
    beginOutput(output.identity());
    m_output = output;
    m_mimeType = mimeType;
    setAccessibleName(tr("Output, %1").arg(mimeType));
    m_tree->setAccessibleName(accessibleName());
    const notebook::RawJson json = output.mimeJson(mimeType);
    const auto parse = [json] { return notebook::toDom(json.text()); };
    if (json.text().size() <= atOnce) {
        m_tree->setValue(std::make_shared<const nlohmann::json>(parse()));
        return true;
    }
    runInBackground(this, parse,
                    [this, generation = m_generation](const std::shared_ptr<nlohmann::json>& value) {
                        if (generation != m_generation) return;
                        m_tree->setValue(value);
                        contentsChanged();
                    });
    return true;
}

void JsonOutput::clear()
{
    endOutput();
    ++m_generation;
    m_output.reset();
    m_tree->setValue(nullptr);
}

bool JsonOutput::isLong(int /*width*/) const
{
    return m_tree->visibleRows(rowLimit() + 1) > rowLimit();
}

int JsonOutput::fullHeight(int /*width*/) const
{
    constexpr int guessedRows = 8; // while it is read
    return m_tree->heightOfRows(m_tree->value() ? m_tree->visibleRows(mostRows) : guessedRows);
}

int JsonOutput::boundHeight(int /*width*/) const
{
    return m_tree->heightOfRows(boundRows);
}

QWidget* JsonOutput::makeWindowBody(QWidget* parent)
{
    auto* tree = new JsonTree(services().appearance, parent);
    tree->setValue(m_tree->value());
    return tree;
}

void JsonOutput::copy()
{
    if (m_tree->hasFocus())
        m_tree->copyCurrent();
    else
        copyAll();
}

void JsonOutput::copyAll()
{
    if (!m_output) return;
    runInBackground(
        QGuiApplication::clipboard(), [json = m_output->mimeJson(m_mimeType)] { return formatted(json); },
        [](const std::shared_ptr<QString>& text) { QGuiApplication::clipboard()->setText(*text); });
}

void JsonOutput::save()
{
    if (!m_output) return;
    saveBytes(this, u"output.json"_s,
              [json = m_output->mimeJson(m_mimeType)] { return formatted(json).toUtf8() + '\n'; });
}

} // namespace cahier::widgets
