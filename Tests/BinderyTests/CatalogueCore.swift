import Testing

/// A capability, and an input that every provider of it takes.
struct CatalogueCore: Sendable, CustomTestStringConvertible {
    let capability: String
    /// The least number of its providers.
    let countMin: Int
    let input: String

    var testDescription: String { capability }

    private init(_ capability: String, _ countMin: Int, _ input: String) {
        self.capability = capability
        self.countMin = countMin
        self.input = input
    }

    static let all: [CatalogueCore] = [
        CatalogueCore(
            "payments.createCheckout",
            2,
            #"{"amount": "10.00", "currency": "EUR", "description": "Order 7", "returnUrl": "https://acme.com/done"}"#
        ),
        CatalogueCore("payments.getCheckout", 2, #"{"checkout": "tr_1"}"#),
        CatalogueCore(
            "payments.refundCheckout",
            2,
            #"{"payment": "tr_1", "amount": "10.00", "currency": "EUR"}"#
        ),
        CatalogueCore(
            "payments.capture",
            2,
            #"{"payment": "pay_1", "amount": 1000, "currency": "EUR"}"#
        ),
        CatalogueCore(
            "email.send",
            5,
            #"{"to": "ada@example.com", "subject": "Hello", "textBody": "Hello, Ada."}"#
        ),
        CatalogueCore("sms.send", 3, #"{"to": "+14155550100", "text": "Hello, Ada."}"#),
        CatalogueCore("sms.sendMsisdn", 2, #"{"to": "447700900000", "text": "Hello, Ada."}"#),
        CatalogueCore("messaging.send", 3, #"{"to": "C123", "text": "Hello, Ada."}"#),
        CatalogueCore(
            "calendar.createEvent",
            2,
            #"{"title": "Review", "start": "2025-01-15T09:00:00Z", "end": "2025-01-15T10:00:00Z"}"#
        ),
        CatalogueCore(
            "calendar.listEvents",
            2,
            #"{"from": "2025-01-15T00:00:00Z", "until": "2025-01-16T00:00:00Z"}"#
        ),
        CatalogueCore(
            "llm.chat",
            5,
            #"{"messages": [{"role": "user", "content": "Hello"}], "maxTokens": 100}"#
        ),
        CatalogueCore(
            "llm.chatStream",
            5,
            #"{"messages": [{"role": "user", "content": "Hello"}], "maxTokens": 100}"#
        ),
        CatalogueCore("llm.embed", 3, #"{"texts": ["Hello"]}"#),
        CatalogueCore("image.generate", 2, #"{"prompt": "A lighthouse"}"#),
        CatalogueCore("vector.search", 3, #"{"vector": [0.1, 0.2], "limit": 5}"#),
        CatalogueCore("vector.delete", 2, #"{"ids": ["123e4567-e89b-12d3-a456-426614174000"]}"#),
        CatalogueCore("vector.count", 3, #"{}"#),
        CatalogueCore("storage.list", 2, #"{"path": "reports"}"#),
        CatalogueCore("storage.getMetadata", 2, #"{"path": "reports/a.txt"}"#),
        CatalogueCore("storage.delete", 2, #"{"path": "reports/a.txt"}"#),
        CatalogueCore(
            "crm.createContact",
            3,
            #"{"email": "ada@example.com", "firstName": "Ada", "lastName": "Lovelace"}"#
        ),
        CatalogueCore("crm.getContact", 3, #"{"contact": "7"}"#),
        CatalogueCore(
            "helpdesk.createTicket",
            3,
            #"{"subject": "Broken", "text": "It is.", "requesterEmail": "ada@example.com"}"#
        ),
        CatalogueCore("helpdesk.getTicket", 3, #"{"ticket": "7"}"#),
        CatalogueCore("helpdesk.addReply", 3, #"{"ticket": "7", "text": "Mended."}"#),
        CatalogueCore(
            "projects.createTask",
            3,
            #"{"title": "Mend it", "description": "It is broken."}"#
        ),
        CatalogueCore("projects.getTask", 3, #"{"task": "OPS-7"}"#),
        CatalogueCore("projects.addComment", 3, #"{"task": "OPS-7", "text": "Done."}"#),
        CatalogueCore("banking.getBalances", 2, #"{"account": "a1"}"#),
        CatalogueCore(
            "banking.listTransactions",
            2,
            #"{"account": "a1", "from": "2025-01-01", "until": "2025-01-31"}"#
        ),
        CatalogueCore("database.insert", 2, #"{"table": "people", "row": {"name": "Ada"}}"#),
        CatalogueCore("database.get", 2, #"{"table": "people", "id": "7"}"#),
        CatalogueCore(
            "database.update",
            2,
            #"{"table": "people", "id": "7", "row": {"name": "Ada"}}"#
        ),
        CatalogueCore("database.list", 2, #"{"table": "people", "limit": 10}"#),
        CatalogueCore("database.delete", 2, #"{"table": "people", "id": "7"}"#),
        CatalogueCore(
            "accounting.createCustomer",
            2,
            #"{"name": "Acme", "email": "ada@example.com"}"#
        ),
        CatalogueCore(
            "accounting.createInvoice",
            2,
            #"{"customer": "7", "description": "Advice", "amount": 99.5}"#
        ),
        CatalogueCore("accounting.getInvoice", 2, #"{"invoice": "7"}"#),
    ]
}
