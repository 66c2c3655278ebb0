// Documents and their indices: writing, refreshing, searching.
#pragma once

#include "in_process/datafeed_list.h"
#include "in_process/index_list.h"
#include "in_process/turn.h"

namespace closecheck::sut {

class DocumentOperations {
 public:
  DocumentOperations(const Turn& turn, IndexList& indices, DatafeedList& feeds)
      : turn_(turn), indices_(indices), feeds_(feeds) {}

  Answer on(const CreateIndex& ask);
  Answer on(const DeleteIndex& ask);
  Answer on(const IndexDocuments& ask);
  Answer on(const RefreshIndex& ask);
  Answer on(const BulkWrite& ask);
  Answer on(const GetDocument& ask);
  Answer on(const IndexExists& ask);
  Answer on(const SearchDocuments& ask);

  /// Does what is due of all indices.
  void refresh_due();

 private:
  /// After writes: searches find them at once, or a little later.
  void settle(Index& index, bool at_once);
  void refresh(Index& index);

  const Turn& turn_;
  IndexList& indices_;
  DatafeedList& feeds_;
};

}  // namespace closecheck::sut
