// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/jsonmodel.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {
constexpr size_t page = 200;
constexpr size_t longestText = 2000;
} // namespace

struct JsonModel::Node {
    const nlohmann::json* value = nullptr;
    Node* parent = nullptr;
    int row = 0;
    QString key;
    nlohmann::json::const_iterator next; ///< the first child that is not made yet
    std::vector<std::unique_ptr<Node>> children;

    [[nodiscard]] bool isComplete() const { return !value || next == value->end(); }
    [[nodiscard]] size_t left() const { return value ? value->size() - children.size() : 0; }
};

JsonModel::JsonModel(QObject* parent) : QAbstractItemModel(parent), m_root(std::make_unique<Node>()) {}

JsonModel::~JsonModel() = default;

void JsonModel::setValue(std::shared_ptr<const nlohmann::json> value)
{
    beginResetModel();
    m_value = std::move(value);
    m_root = std::make_unique<Node>();
    if (m_value) {
        auto top = std::make_unique<Node>(m_value.get(), m_root.get(), 0, QString(), m_value->begin());
        m_root->children.push_back(std::move(top));
    }
    endResetModel();
}

JsonModel::Node* JsonModel::nodeOf(const QModelIndex& index) const
{
    return index.isValid() ? static_cast<Node*>(index.internalPointer()) : m_root.get();
}

QModelIndex JsonModel::index(int row, int column, const QModelIndex& parent) const
{
    const Node* node = nodeOf(parent);
    if (row < 0 || column != 0 || size_t(row) >= node->children.size()) return {};
    return createIndex(row, column, node->children[size_t(row)].get());
}

QModelIndex JsonModel::parent(const QModelIndex& index) const
{
    Node* above = index.isValid() ? nodeOf(index)->parent : nullptr;
    return !above || above == m_root.get() ? QModelIndex() : createIndex(above->row, 0, above);
}

int JsonModel::rowCount(const QModelIndex& parent) const
{
    return int(nodeOf(parent)->children.size());
}

bool JsonModel::hasChildren(const QModelIndex& parent) const
{
    const Node* node = nodeOf(parent);
    return node == m_root.get() ? !node->children.empty()
                                : node->value->is_structured() && !node->value->empty();
}

bool JsonModel::canFetchMore(const QModelIndex& parent) const
{
    const Node* node = nodeOf(parent);
    return node->value && node->value->is_structured() && !node->isComplete();
}

void JsonModel::fetchMore(const QModelIndex& parent)
{
    Node* node = nodeOf(parent);
    if (!canFetchMore(parent)) return;
    const size_t first = node->children.size();
    const size_t count = std::min(page, node->left());
    beginInsertRows(parent, int(first), int(first + count) - 1);
    for (size_t i = first; i < first + count; ++i, ++node->next) {
        QString key =
            node->value->is_object() ? QString::fromStdString(node->next.key()) : QString::number(i);
        const nlohmann::json& value = *node->next;
        node->children.push_back(std::make_unique<Node>(&value, node, int(i), std::move(key), value.begin()));
    }
    endInsertRows();
}

QString JsonModel::summaryOf(const Node& node) const
{
    const nlohmann::json& value = *node.value;
    if (value.is_object() && value.empty()) return u"{}"_s;
    if (value.is_array() && value.empty()) return u"[]"_s;
    if (value.is_object())
        return value.size() == 1 ? tr("{…} 1 member") : tr("{…} %1 members").arg(value.size());
    if (value.is_array()) return value.size() == 1 ? tr("[…] 1 item") : tr("[…] %1 items").arg(value.size());
    if (value.is_string()) {
        const auto& text = value.get_ref<const std::string&>();
        QString shown = QString::fromUtf8(text.data(), qsizetype(std::min(text.size(), longestText)));
        shown.replace(u'\n', u"\\n"_s);
        return u'"' + shown + (text.size() > longestText ? u"…\""_s : u"\""_s);
    }
    return QString::fromStdString(value.dump());
}

QVariant JsonModel::data(const QModelIndex& index, int role) const
{
    const Node* node = nodeOf(index);
    if (!node->value) return {};
    switch (role) {
    case Qt::DisplayRole:
        return node->key.isEmpty() ? summaryOf(*node) : node->key + u": "_s + summaryOf(*node);
    case KeyRole:
        return node->key;
    case ValueRole:
        return summaryOf(*node);
    case KindRole:
        return node->value->is_structured() ? Container
               : node->value->is_string()   ? String
               : node->value->is_number()   ? Number
                                            : Word;
    default:
        return {};
    }
}

QString JsonModel::textOf(const QModelIndex& index) const
{
    const Node* node = nodeOf(index);
    const nlohmann::json* value = node->value ? node->value : m_value.get();
    if (!value) return {};
    if (value->is_string() && index.isValid())
        return QString::fromStdString(value->get_ref<const std::string&>());
    return QString::fromStdString(value->dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

} // namespace cahier::widgets
