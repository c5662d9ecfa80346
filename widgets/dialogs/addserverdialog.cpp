// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/dialogs/addserverdialog.h>

#include <widgets/dialogs/dialogparts.h>
#include <widgets/dialogs/secretedit.h>
#include <widgets/dialogs/textblock.h>

#include <QDialogButtonBox>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRegularExpression>
#include <QUrl>
#include <QVBoxLayout>

#include <utility>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

constexpr std::chrono::milliseconds typingPause{600};
const auto unencrypted = u"http"_s;

} // namespace

AddServerDialog::AddServerDialog(Read read, bool hasKeychain, const Appearance& appearance, QWidget* parent)
    : QDialog(parent), m_read(std::move(read)), m_address(new QLineEdit(this)), m_note(makeNote({}, this)),
      m_notices(new NoticeList(appearance, this)), m_name(new QLineEdit(this))
{
    setWindowTitle(tr("Add a Jupyter Server"));
    QVBoxLayout* const column = makeColumn(*this);
    addFields(*column, hasKeychain);
    const DialogButtons buttons = makeButtons(*this, tr("Add"), tr("Cancel"), DefaultAnswer::Accept);
    m_accept = buttons.accept;
    column->addWidget(buttons.box);
    m_pause.setSingleShot(true);
    m_pause.setInterval(typingPause);
    connect(&m_pause, &QTimer::timeout, this, &AddServerDialog::showVerdict);
    connect(m_address, &QLineEdit::textChanged, this, &AddServerDialog::check);
    connect(m_address, &QLineEdit::editingFinished, this, &AddServerDialog::takeToken);
    connect(m_login, &LoginFields::edited, this, &AddServerDialog::updateAccept);
    followTheme(*this, appearance);
    m_address->setFocus();
    check();
}

void AddServerDialog::addFields(QVBoxLayout& column, bool hasKeychain)
{
    column.addWidget(makeSentence(tr("Paste the address that Jupyter printed when it started, or that the "
                                     "browser shows, with its token if it has one."),
                                  this));
    m_address->setAccessibleName(tr("Address"));
    m_address->setPlaceholderText(u"https://host:8888/?token=…"_s);
    m_address->setInputMethodHints(Qt::ImhUrlCharactersOnly | Qt::ImhSensitiveData | Qt::ImhNoPredictiveText);
    m_name->setAccessibleName(tr("Name"));
    QGridLayout* const form = makeForm(column);
    addRow(*form, tr("&Address"), m_address);
    addRow(*form, {}, m_note);
    form->addWidget(m_notices, form->rowCount(), 0, 1, 2);
    m_login = new LoginFields(*form, {.canBeNothing = true, .hasKeychain = hasKeychain}, *this);
    addRow(*form, tr("&Name"), m_name);
}

void AddServerDialog::edit(const Server& server)
{
    setWindowTitle(tr("Edit the Jupyter Server"));
    m_accept->setText(tr("Save"));
    m_address->setText(server.address);
    m_name->setText(server.name == server.address ? QString() : server.name);
    m_documentPath = server.documentPath;
    m_login->setLogin(server.login);
    m_login->setMayStay(true);
}

void AddServerDialog::check()
{
    const QString typed = m_address->text();
    // More than a key's worth at once was pasted or dropped: it is complete, and to be hidden at once.
    const bool isPasted = std::abs(typed.size() - std::exchange(m_length, typed.size())) > 1;
    if (isPasted) takeToken();
    const Result<ReadServerAddress> read = m_read(m_address->text());
    m_name->setPlaceholderText(read ? read->address : tr("As the address"));
    if (!read) m_notices->withdraw(unencrypted);
    updateAccept();
    if (isPasted) return showVerdict();
    if (!m_tokenWasTaken) note({});
    m_pause.start();
}

void AddServerDialog::updateAccept()
{
    m_accept->setEnabled(m_read(m_address->text()) && m_login->isComplete());
}

void AddServerDialog::note(const QString& sentence)
{
    m_note->setText(sentence);
    m_note->setVisible(!sentence.isEmpty());
}

void AddServerDialog::takeToken()
{
    const Result<ReadServerAddress> read = m_read(m_address->text());
    if (!read || read->token.isEmpty()) return;
    m_documentPath = read->documentPath;
    m_tokenWasTaken = true;
    m_length = read->address.size(); // not a paste
    // setText() forgets the steps to undo, too.
    m_address->setText(read->address);
    m_login->setToken(read->token);
    showVerdict();
}

void AddServerDialog::showVerdict()
{
    m_pause.stop();
    if (m_address->text().trimmed().isEmpty()) return note({});
    const Result<ReadServerAddress> read = m_read(m_address->text());
    if (!read) return note(read.error().message);
    note(m_tokenWasTaken ? tr("The token was moved to its own field.") : QString());
    const QUrl url(read->address);
    if (url.scheme() != "http"_L1 || isThisMachine(read->address)) return m_notices->withdraw(unencrypted);
    Notice warning{unencrypted, Notice::Kind::Warning,
                   tr("The way to %1 is not encrypted: others in the network can read the token and all that "
                      "the notebooks show, and change it. Use https, or ssh with “Add machine”.")
                       .arg(shortName(url.host()))};
    warning.canBeClosed = false;
    m_notices->showNotice(warning);
}

void AddServerDialog::done(int result)
{
    if (result == Accepted) takeToken();
    const Result<ReadServerAddress> read = m_read(m_address->text());
    const QString name = m_name->text().trimmed();
    QString secret = m_login->takeSecret();
    QDialog::done(result);
    if (result == Accepted && read) {
        Server server{read->address,
                      name.isEmpty() ? read->address : name,
                      read->documentPath.isEmpty() ? m_documentPath : read->documentPath,
                      m_login->login(),
                      std::move(secret),
                      m_login->remembers()};
        Q_EMIT serverAdded(server);
        wipe(server.secret);
    }
    wipe(secret);
}

bool isThisMachine(const QString& address)
{
    const QString host = QUrl(address).host().toLower();
    static const QRegularExpression loopback(u"^127(\\.\\d{1,3}){3}$"_s);
    return host == "localhost"_L1 || host.endsWith(".localhost"_L1) || host == "::1"_L1 ||
           loopback.match(host).hasMatch();
}

} // namespace cahier::widgets
